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

/**
 * No parameter is too long for the router, so the route itself refuses a long one like any other that names nothing.
 */
export const routerOptions = { maxParamLength: headerLimit, ignoreTrailingSlash: false } as const

/** Called before Fastify; returns whether it has answered. */
export type AnswerBefore = (request: IncomingMessage, response: ServerResponse) => boolean

type Options = {
  readonly config: Config
  readonly log: FastifyBaseLogger
  readonly errors: ErrorOptions
  readonly answerBefore: AnswerBefore
}

/**
 * A Fastify on which every error, even one of Node's own, is answered from the catalogue. Upgrades are ignored, as a
 * server may (RFC 9110 section 7.8); Node reads nothing after such a request, so its connection ends with the answer.
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
    // Requests that come while closing are served like any other.
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
    // The handler's types know neither our logger nor our server, which are those of every other request.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...securityHeaders(config), 'x-request-id': request.id, connection: 'close' })
      answerError(error, request as never, reply as never, errors)
    },
    // The server factory makes Fastify infer another type of server; it is Node's.
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
      // Of two headers that may come only once, Node would show one, while a proxy may have read the other.
      joinDuplicateHeaders: true,
    },
    listener,
  )
  server.on('connection', (socket) => lingerAfterEarlyAnswer(socket, linger))
  // Tunnels are not offered, and Node would close the connection without an answer.
  server.on('connect', unreadable.hangUp)
  // Node would answer an unknown expectation with a bare 417; RFC 9110 section 10.1.1 allows ignoring it.
  return server.on('checkExpectation', listener)
}
