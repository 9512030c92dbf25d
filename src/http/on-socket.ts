import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type Parser = {
  /** The request that it reads, or the last one that it read. */
  readonly incoming?: IncomingMessage | null
  /** Ends what it reads; gives an error where that is half a request. */
  finish(): Error | undefined
}

/** Node keeps these two to itself, but at the socket. */
type HttpSocket = { readonly _httpMessage?: ServerResponse | null; readonly parser?: Parser | null }

/** What the request that Node works on is answered with. */
export const responseOn = (socket: Socket): ServerResponse | undefined =>
  (socket as HttpSocket)._httpMessage ?? undefined

export const parserOf = (socket: Socket): Parser | undefined => (socket as HttpSocket).parser ?? undefined

/** Whether an answer leaves before all of its request came. */
export const isHalfRead = (socket: Socket): boolean => parserOf(socket)?.incoming?.complete === false
