import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler, RouteOptions } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { RememberedSessions } from '../../credentials/remembered.ts'
import type { RecallSession } from '../../credentials/resolve-session.ts'
import type { SignedIn } from '../../credentials/signed-in.ts'
import { clientAddressFinder } from '../../http/client-address.ts'
import type { HasHeaders } from '../../http/cookies.ts'
import type { Guard } from '../../http/guard.ts'
import { asPropertyName } from '../../http/property-name.ts'
import { requestIdOf } from '../../http/request-id.ts'
import type { BeginRequestSpan } from '../../http/trace-requests.ts'
import type { NoteAnswer } from '../../metrics/answer.ts'
import { findSessionToken } from '../credential.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For a GET whose success depends on the session and on nothing else. */
    repeatable?: true
  }
}

type Deps = {
  readonly config: Config
  readonly recallSession: RecallSession
  readonly remembered: Pick<RememberedSessions, 'foundIn'>
}

/** Told of each repeated answer, if metrics or tracing are on. */
type Watchers = { readonly note: NoteAnswer | undefined; readonly beginSpan: BeginRequestSpan | undefined }

export type RepeatedAnswers = {
  /**
   * Answers in Fastify's place.
   * @returns false if Fastify must answer
   */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  /** Keeps the answers that Fastify gives. */
  learn(app: FastifyInstance): void
}

/** An answer as Fastify gave it, without what Node and the next request add. */
type Said = {
  readonly status: number
  /** Names and values in turn. The last value is the request's id, set for each request. */
  readonly headers: string[]
  readonly body: string | undefined
}

type Repeatable = {
  readonly said: WeakMap<SignedIn, Said>
  /**
   * A request with one of these headers may get another answer: RFC 9110 section 12.5.5. Known after the first answer.
   */
  varyBy: readonly string[]
}

/**
 * Caches the whole answer of a session-only GET for as long as the session is in memory, and repeats it without
 * Fastify, whose router, hooks and objects take half of the time [D3]. Refusals are not kept, and a request with a
 * header of `varyBy` goes to Fastify.
 */
export function repeatAnswers(
  { config, recallSession, remembered }: Deps,
  { note, beginSpan }: Watchers,
): RepeatedAnswers {
  const routes = new Map<string, Repeatable>()
  const findAddress = clientAddressFinder(config)

  function find(request: IncomingMessage, { said, varyBy }: Repeatable): Said | undefined {
    // Checked first, so that a request that Fastify answers anyway is not looked up twice.
    if (sendsAny(request, varyBy)) return undefined
    const token = findSessionToken(request, config)
    if (token === undefined) return undefined
    const session = recallSession(token)
    const answer = session && said.get(session)
    if (answer === undefined) return undefined
    return findAddress(request) === undefined ? undefined : answer
  }

  function remember(request: FastifyRequest, reply: FastifyReply, payload: unknown): void {
    const { signedIn, url, method } = request
    const route = routes.get(url)
    // Fastify declares HEAD with the hooks of GET.
    if (route === undefined || signedIn === undefined || method !== 'GET') return
    const answer = readAnswer(reply, payload)
    if (answer === undefined) return
    route.varyBy = [...new Set([...route.varyBy, ...varyOf(reply)])]
    if (!sendsAny(request, route.varyBy)) route.said.set(signedIn, answer)
  }
  const listen: onSendHookHandler = (request, reply, payload, done) => {
    remember(request, reply, payload)
    done()
  }

  return {
    answer: (request, response) => {
      const { method = '', url = '' } = request
      const route = routes.get(url)
      if (route === undefined || method !== 'GET') return false
      const startedAt = note && performance.now()
      const answer = find(request, route)
      if (answer === undefined) return false
      remembered.foundIn.memory += 1
      const { status, headers, body } = answer
      const requestId = requestIdOf(request)
      const span = beginSpan?.({ id: requestId, method, route: url, headers: request.headers, socket: request.socket })
      headers[headers.length - 1] = requestId
      response.writeHead(status, headers)
      // A kept id would outlive the next garbage collection, which would have to copy it.
      headers[headers.length - 1] = ''
      response.end(body)
      span?.note({ 'http.response.status_code': status })
      span?.end()
      if (startedAt !== undefined) {
        const seconds = (performance.now() - startedAt) / 1000
        note?.({ requestId, method, route: url, status, code: undefined, seconds })
      }
      return true
    },
    learn: (app) => {
      const declared: RouteOptions[] = []
      app.addHook('onRoute', (route: RouteOptions) => {
        if (route.config?.repeatable === undefined || route.method !== 'GET') return
        declared.push(route)
        // Without remembered sessions nothing could ever be repeated.
        if (config.sessionMemoryMib === 0) return
        routes.set(route.url, { said: new WeakMap(), varyBy: [] })
        route.onSend = [...[route.onSend ?? []].flat(), listen]
      })
      // By then the guards stand before each route.
      app.addHook('onReady', async () => declared.forEach(refuseOtherGuards))
      // From now on each answer must say that its connection ends.
      app.addHook('preClose', async () => routes.clear())
    },
  }
}

/** A guard that looks at more than the session would silently be skipped. */
function refuseOtherGuards({ url, onRequest, preParsing, preValidation, preHandler }: RouteOptions): void {
  const hooks = [onRequest, preParsing, preValidation, preHandler].flat().filter((hook) => hook !== undefined)
  for (const { looksAt = 'request' } of hooks as readonly Partial<Guard>[]) {
    if (looksAt === 'request') throw new Error(`${url} is repeatable, but a guard of it looks at more than the session`)
  }
}

const sendsAny = ({ headers }: HasHeaders, names: readonly string[]): boolean =>
  names.some((name) => name === '*' || name in headers)

const varyOf = (reply: FastifyReply): string[] =>
  String(reply.getHeader('vary') ?? '')
    .toLowerCase()
    .split(/ *, */)
    .filter(Boolean)
    .map(asPropertyName)

/** Returns undefined for a refusal, and for an answer that is meant for one request only. */
function readAnswer(reply: FastifyReply, payload: unknown): Said | undefined {
  const { 'x-request-id': _own, ...headers } = reply.getHeaders() as OutgoingHttpHeaders
  const body = typeof payload === 'string' ? payload : undefined
  const isFinal = !('set-cookie' in headers || 'connection' in headers)
  if (reply.statusCode >= 300 || !isFinal || (payload && body === undefined)) return undefined
  if (body !== undefined) headers['content-length'] = Buffer.byteLength(body)
  const all = { ...headers, 'x-request-id': '' }
  return {
    status: reply.statusCode,
    headers: Object.entries(all).flatMap(([name, value]) => [name, String(value)]),
    body,
  }
}
