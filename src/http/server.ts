import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Config } from '../config/config.ts'
import { answerError, type ErrorOptions } from '../errors/plugin.ts'
import { jsonBodyLimit } from './body.ts'
import { securityHeaders } from './headers.ts'
import { lazyLog } from './lazy-log.ts'
import { boundRest, type Linger, lingerAfterEarlyAnswer, lingeringClose } from './linger.ts'
import { requestIdOf } from './request-id.ts'
import { isUnambiguous } from './unambiguous.ts'
import { answerUnreadable, type Unreadable } from './unreadable.ts'

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

/**
 * A Fastify on which not even Node itself answers outside the catalogue. Nothing is upgraded here, which a server may
 * ignore (RFC 9110 section 7.8); but Node reads nothing behind such a request, so its connection ends with the answer.
 */
export function createFastify({ config, log, errors, answerBefore }: Options): FastifyInstance {
  const linger = lingeringClose()
  const unreadable = answerUnreadable(config, errors, linger)
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
    serverFactory: (handler) => {
      const listener: RequestListener = (request, response) => {
        const { upgrade, 'content-length': length, 'transfer-encoding': coding } = request.headers
        if (upgrade !== undefined) response.shouldKeepAlive = false
        if (length !== undefined || coding !== undefined) boundRest(request, response)
        if (!isUnambiguous(request)) unreadable.refuse(request, response)
        else if (!answerBefore(request, response)) handler(request, response)
      }
      return httpServer(listener, unreadable, linger)
    },
    clientErrorHandler: (error, socket) => unreadable.answerError(error, socket),
    // Its types know neither our logger's nor the server factory's, which are those of every other request.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...securityHeaders(config), 'x-request-id': request.id, connection: 'close' })
      answerError(error, request as never, reply as never, errors)
    },
    // The server factory makes Fastify infer a server of its own kind; it is Node's.
  }) as unknown as FastifyInstance
}

function httpServer(listener: RequestListener, unreadable: Unreadable, linger: Linger): Server {
  const server = createServer(
    {
      maxHeaderSize: headerLimit,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: 1000,
      // Node would refuse these itself, with an empty body.
      requireHostHeader: false,
      // Of two that may come once Node would show one, where a proxy perhaps saw the other.
      joinDuplicateHeaders: true,
    },
    listener,
  )
  server.on('connection', (socket) => lingerAfterEarlyAnswer(socket, linger))
  // A tunnel is nothing that is offered here. Node would hang up without a word.
  server.on('connect', unreadable.hangUp)
  // Node would answer an unknown expectation with a bare 417; RFC 9110 section 10.1.1 allows to ignore it.
  return server.on('checkExpectation', listener)
}
