import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Config } from '../config/config.ts'
import { errorDocument } from '../errors/document.ts'
import { DomainError } from '../errors/fault.ts'
import type { ErrorOptions } from '../errors/plugin.ts'
import { securityHeaders } from './headers.ts'
import type { Linger } from './linger.ts'
import { type Parser, parserOf, responseOn } from './on-socket.ts'
import { requestIdOf } from './request-id.ts'

export type Unreadable = {
  /** Refuses a request that Node could read. */
  refuse(request: IncomingMessage, response: ServerResponse): void
  /** Refuses a request for which Node made no response object but handed its connection over. */
  hangUp(request: IncomingMessage): void
  /** Handles an error or timeout of Node's parser on a connection. */
  answerError(error: NodeJS.ErrnoException, socket: Socket): void
}

/** Answers what never reaches Fastify; the connection ends with the answer. */
export function answerUnreadable(config: Config, errors: ErrorOptions, linger: Linger): Unreadable {
  function answerOf(request: IncomingMessage | undefined) {
    const error = new DomainError('general:bad_request', { details: 'The request could not be read as HTTP in time.' })
    const { status, contentType, headers, body } = errorDocument(error, request?.headers ?? {}, errors)
    const all = {
      ...securityHeaders(config),
      ...headers,
      'x-request-id': requestIdOf(request ?? { headers: {} }),
      'content-type': contentType,
      'content-length': String(Buffer.byteLength(body)),
      date: new Date().toUTCString(),
      connection: 'close',
    }
    return { status, headers: all, body }
  }

  function say(socket: Socket, request: IncomingMessage | undefined): void {
    const { status, headers, body } = answerOf(request)
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
    linger(socket)
  }

  return {
    refuse: (request, response) => {
      const { status, headers, body } = answerOf(request)
      response.writeHead(status, headers).end(body)
    },
    hangUp: (request) => say(request.socket, request),
    answerError: (error, socket) => {
      switch (whatToDo(error, socket)) {
        case 'answer':
          return say(socket, undefined)
        case 'cut':
          return void socket.destroy()
      }
    },
  }
}

/**
 * An answer that no request asked for must not be sent: the client would take it for the answer to its next request.
 */
function whatToDo({ code = '' }: NodeJS.ErrnoException, socket: Socket): 'answer' | 'cut' | 'nothing' {
  // The answer is on its way, and the connection ends with it.
  if (!socket.writable) return code.startsWith('HPE_') ? 'nothing' : 'cut'
  const parser = parserOf(socket)
  if (code === 'ECONNRESET' || hasNotBegun(code, parser)) return 'cut'
  const response = responseOn(socket)
  const isOfRequest = parser?.incoming?.complete === false
  // A broken body, of a request that was answered already or that waits behind another one.
  if (isOfRequest && response?.req !== parser.incoming) return response === undefined ? 'cut' : endWith(response)
  if (isOfRequest && response?.headersSent) return response.writableEnded ? 'nothing' : 'cut'
  // A broken head, perhaps behind a request that still waits for its answer.
  return isOfRequest || response === undefined ? 'answer' : endWith(response)
}

/** The time is over, and at most the line breaks that may separate two requests have come. */
const hasNotBegun = (code: string, parser: Parser | undefined): boolean =>
  code === 'ERR_HTTP_REQUEST_TIMEOUT' && !(parser?.finish() instanceof Error)

/** The pending answer is still sent, and the connection ends with it. */
function endWith(response: ServerResponse): 'nothing' {
  response.shouldKeepAlive = false
  return 'nothing'
}
