import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { type AddressInfo, connect, Server as NetServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
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

/** A request that is not all here so long after the drain is not waited for. */
const arrivalWhileClosingMs = 2000

const stopListeningWithinMs = 1000

/**
 * Takes no new connection afterwards, and keeps those that it has. A listener that closes resets the connections that wait to be taken, so it
 * closes when none does. Before closing begins: from then on every answer makes a proxy connect anew.
 */
export async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return
  const startedAt = performance.now()
  while (await takesOthersFirst(server)) if (performance.now() - startedAt > stopListeningWithinMs) break
  // An HTTP server's own would hang up on idle connections as well.
  NetServer.prototype.close.call(server)
}

/** Connects to itself; says whether others had waited longer. */
function takesOthersFirst(server: Server): Promise<boolean> {
  const { address, port } = server.address() as AddressInfo
  const own = connect(port, address)
  return new Promise((resolve) => {
    let others = 0
    function take({ remotePort }: Socket): void {
      if (remotePort === own.localPort) finish()
      else others += 1
    }
    function finish(): void {
      server.off('connection', take)
      own.destroy()
      resolve(others > 0)
    }
    server.on('connection', take)
    own.on('error', finish).setTimeout(stopListeningWithinMs, finish)
  })
}

/**
 * Lets every response say that its connection ends once closing has begun; `drainMs` later idle ones go, so that none holds it up. Without
 * that while a proxy would be hung up on with a request under way that it may not send twice.
 */
export function closeGracefully(app: FastifyInstance, drainMs: number): void {
  const sockets = new Set<Socket>()
  let closing = false
  let sweep: NodeJS.Timeout | undefined
  let cut: NodeJS.Timeout | undefined
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  app.addHook('preClose', async () => {
    closing = true
    await sleep(drainMs)
    sweep = setInterval(() => app.server.closeIdleConnections(), 100)
    // A server that closes no longer minds Node's own timeouts.
    cut = setTimeout(() => {
      for (const socket of sockets) if (responseOn(socket)?.req.complete !== true) socket.destroy()
    }, arrivalWhileClosingMs)
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close')
    done()
  })
  app.addHook('onClose', async () => {
    clearInterval(sweep)
    clearTimeout(cut)
  })
}

/** What the request that Node works on is answered with. */
const responseOn = (socket: Socket): ServerResponse | undefined =>
  (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined
