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
    /** A GET whose success depends on the session and on nothing else. */
    repeatable?: true
  }
}

type Deps = {
  readonly config: Config
  readonly recallSession: RecallSession
  readonly remembered: Pick<RememberedSessions, 'foundIn'>
}

/** What is told of each answer, where somebody wants to know. */
type Watchers = { readonly note: NoteAnswer | undefined; readonly beginSpan: BeginRequestSpan | undefined }

export type RepeatedAnswers = {
  /** Answers before Fastify does. @returns false where it is for Fastify to answer */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  /** Listens to what Fastify answers. */
  learn(app: FastifyInstance): void
}

/** An answer as Fastify gave it, but for what Node and the next request add. */
type Said = {
  readonly status: number
  /** Names and values in turn; the last is the request's id, which is put in for each. */
  readonly headers: string[]
  readonly body: string | undefined
}

type Repeatable = {
  readonly said: WeakMap<SignedIn, Said>
  /**
   * Who sends one of these headers may be told something else: RFC 9110 section 12.5.5. Known with the first answer.
   */
  varyBy: readonly string[]
}

/**
 * Keeps the whole answer of a session-only GET for as long as the session is in memory, and repeats it without Fastify,
 * whose router, hooks and objects take as long as all the rest [D3]. Only successes are kept: a refusal, or a request
 * that asks in another way, goes the whole way.
 */
export function repeatAnswers(
  { config, recallSession, remembered }: Deps,
  { note, beginSpan }: Watchers,
): RepeatedAnswers {
  const routes = new Map<string, Repeatable>()
  const findAddress = clientAddressFinder(config)

  function find(request: IncomingMessage, { said, varyBy }: Repeatable): Said | undefined {
    // First, so that who is answered by Fastify anyway is not looked up twice.
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
    // HEAD comes with the hooks of GET.
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
      // Kept, each id would be copied by the next collection of garbage, and grow old.
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
        // Nothing would ever be recalled.
        if (config.sessionMemoryMib === 0) return
        routes.set(route.url, { said: new WeakMap(), varyBy: [] })
        route.onSend = [...[route.onSend ?? []].flat(), listen]
      })
      // By then the guards stand before each of them.
      app.addHook('onReady', async () => declared.forEach(refuseOtherGuards))
      // From now on each answer says that its connection ends.
      app.addHook('preClose', async () => routes.clear())
    },
  }
}

/** Whatever else a guard looks at would be skipped in silence. */
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

/** None of a refusal, or of what is said only once. */
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
