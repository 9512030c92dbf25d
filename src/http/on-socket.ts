import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type Parser = {
  /** The request that it is reading, or the last one that it read. */
  readonly incoming?: IncomingMessage | null
  /** Ends the reading; returns an error in the middle of a request. */
  finish(): Error | undefined
}

/** Node does not document these two properties of a socket. */
type HttpSocket = { readonly _httpMessage?: ServerResponse | null; readonly parser?: Parser | null }

/** The response to the request that Node is working on. */
export const responseOn = (socket: Socket): ServerResponse | undefined =>
  (socket as HttpSocket)._httpMessage ?? undefined

export const parserOf = (socket: Socket): Parser | undefined => (socket as HttpSocket).parser ?? undefined

/** Whether an answer is sent before all of its request has come. */
export const isHalfRead = (socket: Socket): boolean => parserOf(socket)?.incoming?.complete === false
