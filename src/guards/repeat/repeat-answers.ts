import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest, onSendHookHandler, RouteOptions } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { RememberedSessions } from '../../credentials/remembered.ts'
import type { RecallSession } from '../../credentials/resolve-session.ts'
import type { SignedIn } from '../../credentials/signed-in.ts'
import { clientAddressFinder } from '../../http/client-address.ts'
import type { HasHeaders } from '../../http/cookies.ts'
import { findSessionToken } from '../credential.ts'
import { allowGuards } from './allow-guards.ts'
import { type BeforeFastify, readHeaders, type Said, sender, varyOf, type Watchers, withRoomFor } from './said.ts'

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
export function repeatAnswers({ config, recallSession, remembered }: Deps, watchers: Watchers): BeforeFastify {
  const send = sender(watchers)
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
      const startedAt = performance.now()
      const answer = find(request, route)
      if (answer === undefined) return false
      remembered.foundIn.memory += 1
      send(request, response, answer, startedAt)
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
      app.addHook('onReady', async () => {
        for (const route of declared) {
          const complaint = `${route.url} is repeatable, but a guard of it looks at more than the session`
          allowGuards(route, ['session', 'address'], complaint)
        }
      })
      // From now on each answer must say that its connection ends.
      app.addHook('preClose', async () => routes.clear())
    },
  }
}

const sendsAny = ({ headers }: HasHeaders, names: readonly string[]): boolean =>
  names.some((name) => name === '*' || name in headers)

/** Returns undefined for a refusal, and for an answer that is meant for one request only. */
function readAnswer(reply: FastifyReply, payload: unknown): Said | undefined {
  const headers = readHeaders(reply)
  const body = typeof payload === 'string' ? payload : undefined
  if (headers === undefined || (payload && body === undefined)) return undefined
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body))
  return { status: reply.statusCode, headers: withRoomFor(headers, ['x-request-id']), body }
}
