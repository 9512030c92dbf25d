import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { runInSpan, type Span, serverOf } from '../tracing/span.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { isTrustedPeer, parseTrustedProxies } from './client-address.ts'

type Deps = { readonly config: Config; readonly tracing: Tracing | undefined }

type Traced = Pick<IncomingMessage, 'headers' | 'socket'> & {
  readonly id: string
  readonly method: string
  readonly route: string | undefined
}

export type BeginRequestSpan = (request: Traced) => Span

/**
 * A span for each request, named by the route's pattern; it never holds the URL, a header or the client's address
 * [LG1].
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function requestSpans({ config, tracing }: Deps): BeginRequestSpan | undefined {
  if (tracing === undefined) return undefined
  const callersTrace = traceparentOfProxies(config)
  const server = serverAttributes(config)
  return (request) => {
    const { id, method, route } = request
    return tracing.begin(route === undefined ? method : `${method} ${route}`, {
      kind: 'server',
      traceparent: callersTrace(request),
      attributes: {
        ...server,
        'http.request.method': method,
        ...(route !== undefined && { 'http.route': route }),
        'postern.request_id': id,
      },
    })
  }
}

/** Traces every request except health checks. */
export function traceRequests(app: FastifyInstance, beginSpan: BeginRequestSpan | undefined): void {
  if (beginSpan === undefined) return
  const spans = new WeakMap<FastifyRequest, Span>()
  app.addHook('onRequest', (request, reply, done) => {
    const { config: routeConfig, url: route } = request.routeOptions
    if (routeConfig.access === 'probe') return done()
    const { id, method, headers, socket } = request
    const span = beginSpan({ id, method, route, headers, socket })
    spans.set(request, span)
    // Also fires if the client leaves before the answer, which no hook tells.
    reply.raw.once('close', () => endWith(span, reply))
    runInSpan(span, done)
  })
  const goOn = (request: FastifyRequest, done: () => void): void => {
    const span = spans.get(request)
    if (span === undefined) done()
    else runInSpan(span, done)
  }
  // When a body has arrived and when an answer is sent, Node runs in the connection's context, not the request's.
  app.addHook('preValidation', (request, _reply, done) => goOn(request, done))
  app.addHook('onResponse', (request, _reply, done) => goOn(request, done))
}

function endWith(span: Span, reply: FastifyReply): void {
  const { statusCode: status } = reply
  const code = reply.getHeader('x-error-code')
  if (reply.raw.headersSent) span.note({ 'http.response.status_code': status })
  // A refusal is not a failure of the server.
  if (typeof code === 'string') span.note({ 'error.type': code })
  if (status >= 500) span.fail(typeof code === 'string' ? code : String(status))
  span.end()
}

/** Only the operator's proxies may say which trace a request belongs to and whether it is kept; clients may not. */
function traceparentOfProxies({ trustedProxies }: Config): (request: Traced) => string | undefined {
  const trusted = parseTrustedProxies(trustedProxies)
  return ({ headers: { traceparent }, socket }) =>
    typeof traceparent === 'string' && isTrustedPeer(socket.remoteAddress, trusted) ? traceparent : undefined
}

/** From the configuration, because the client chooses the Host header. */
const serverAttributes = ({ publicUrl }: Config) => ({
  ...serverOf(publicUrl),
  'url.scheme': new URL(publicUrl).protocol.slice(0, -1),
})
