import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Socket } from 'node:net'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Config } from '../config.ts'
import { errorDocument } from '../errors/document.ts'
import { DomainError } from '../errors/fault.ts'
import { answerError, type ErrorOptions } from '../errors/plugin.ts'
import { jsonBodyLimit } from './body.ts'
import { securityHeaders } from './headers.ts'
import { lazyLog } from './lazy-log.ts'
import { requestIdOf } from './request-id.ts'

const headerLimit = 16 * 1024
const headersTimeoutMs = 10_000
const requestTimeoutMs = 30_000
/** Longer than the idle time of common load balancers, so that they close first. */
const keepAliveTimeoutMs = 65_000

/** What is too long for a parameter is the route's to say, as of anything else that names nothing. */
export const routerOptions = { maxParamLength: headerLimit, ignoreTrailingSlash: false } as const

type Options = {
  readonly config: Config
  readonly log: FastifyBaseLogger
  readonly errors: ErrorOptions
  /** Is asked before Fastify; says whether it has answered. */
  readonly answerBefore: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** A Fastify on which not even Node itself answers outside the catalogue. */
export function createFastify({ config, log, errors, answerBefore }: Options): FastifyInstance {
  const unreadable = unreadableAnswer(config, errors)
  return Fastify({
    loggerInstance: log,
    childLoggerFactory: lazyLog,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: jsonBodyLimit,
    // Requests that come in while closing are served like any other.
    return503OnClosing: false,
    routerOptions,
    serverFactory: (handler) =>
      httpServer((request, response) => {
        if (!answerBefore(request, response)) handler(request, response)
      }, unreadable),
    clientErrorHandler: (error, socket) => {
      const { code } = error as NodeJS.ErrnoException
      // In the middle of a reply nothing more can be said on this connection.
      const replying = responseOn(socket)?.headersSent
      if (code === 'ECONNRESET' || !socket.writable || replying) return void socket.destroy()
      socket.end(unreadable(undefined))
    },
    // Its types know neither our logger's nor the server factory's, which are those of every other request.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...securityHeaders(config), 'x-request-id': request.id, connection: 'close' })
      answerError(error, request as never, reply as never, errors)
    },
    // The server factory makes Fastify infer a server of its own kind; it is Node's.
  }) as unknown as FastifyInstance
}

function httpServer(handler: RequestListener, unreadable: (request: IncomingMessage) => string): Server {
  /** Node watches over this socket no more: whoever does not close it as well keeps it no longer than others their headers. */
  function hangUp(request: IncomingMessage): void {
    const { socket } = request
    socket.on('error', () => socket.destroy()).setTimeout(headersTimeoutMs, () => socket.destroy())
    socket.end(unreadable(request))
  }

  const server = createServer(
    {
      maxHeaderSize: headerLimit,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: 1000,
      // Node would refuse these itself, with an empty body.
      requireHostHeader: false,
    },
    (request, response) => {
      if (request.headers.host !== undefined || request.httpVersion === '1.0') return handler(request, response)
      hangUp(request)
    },
  )
  // A tunnel is nothing that is offered here. Node would hang up without a word.
  server.on('connect', hangUp)
  // Node would answer an unknown expectation with a bare 417; RFC 9110 section 10.1.1 allows to ignore it.
  return server.on('checkExpectation', handler)
}

/** The whole response, byte for byte, for a request that never reached Fastify. */
function unreadableAnswer(config: Config, errors: ErrorOptions): (request: IncomingMessage | undefined) => string {
  return (request) => {
    const error = new DomainError('general:bad_request', { details: 'The request could not be read as HTTP in time.' })
    const { status, contentType, headers, body } = errorDocument(error, request?.headers.accept, errors)
    const all = {
      ...securityHeaders(config),
      ...headers,
      'x-request-id': requestIdOf(request ?? { headers: {} }),
      'content-type': contentType,
      'content-length': String(Buffer.byteLength(body)),
      date: new Date().toUTCString(),
      connection: 'close',
    }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
    return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`
  }
}

/** What the request that Node works on is answered with. */
export const responseOn = (socket: Socket): ServerResponse | undefined =>
  (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined
