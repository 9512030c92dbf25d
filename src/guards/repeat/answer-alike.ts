import type { IncomingMessage } from 'node:http'
import type { FastifyContextConfig, FastifyReply, FastifyRequest, onSendHookHandler, RouteOptions } from 'fastify'
import type { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { clientAddressFinder } from '../../http/client-address.ts'
import type { HasHeaders } from '../../http/cookies.ts'
import { serializerCompiler } from '../../http/serializer.ts'
import type { RateCounter } from '../../ports/rate-counter.ts'
import { limits, networkLimit } from '../rate-limits.ts'
import { listedOrigins } from '../refused-origins.ts'
import { allowGuards } from './allow-guards.ts'
import { type BeforeFastify, readHeaders, sender, varyOf, type Watchers, withRoomFor } from './said.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * For a POST without fields that answers whoever asks alike: makes the body of its success. Returns undefined if
     * the answer needs more than the body, as a cookie.
     */
    alike?: (request: HasHeaders) => object | undefined
  }
}

type Deps = { readonly config: Config; readonly sharedCounter: RateCounter; readonly localCounter: RateCounter }

const ownHeaders = ['content-length', 'x-request-id']

type Alike = {
  readonly makeBody: (request: HasHeaders) => string | undefined
  readonly limit: ReturnType<typeof networkLimit>
  /** The headers of a success, by the page that asks. */
  readonly headers: Map<string, string[]>
}

/**
 * Answers a route that answers everybody alike without Fastify, which takes most of the time [D3]. The
 * headers are those that Fastify answered a page of the same kind with; the network's limit is counted as ever.
 * Whatever else comes goes to Fastify: a body, another page, a network whose limit is used up, a failure.
 */
export function answerAlike(deps: Deps, watchers: Watchers): BeforeFastify {
  const { config } = deps
  const send = sender(watchers)
  const routes = new Map<string, Alike>()
  const findAddress = clientAddressFinder(config)
  const pageOf = pageReader(config)

  const learn =
    ({ headers, limit }: Alike): onSendHookHandler =>
    (request, reply, payload, done) => {
      const page = pageOf(request)
      const common = page === undefined ? undefined : readSuccess(request, reply, payload)
      const own = limit === undefined ? ownHeaders : ['ratelimit', ...ownHeaders]
      if (page !== undefined && common !== undefined) headers.set(page, withRoomFor(common, own))
      done()
    }

  return {
    answer: (request, response) => {
      const { method, url = '' } = request
      const route = routes.get(url)
      if (route === undefined || method !== 'POST' || hasBody(request)) return false
      const startedAt = performance.now()
      const headers = route.headers.get(pageOf(request) ?? '')
      const address = findAddress(request)
      if (headers === undefined || address === undefined || route.limit?.isUsedUp(address)) return false
      const body = route.makeBody(request)
      if (body === undefined) return false
      const judged = route.limit?.count(address)
      // Their places are those of `ownHeaders`, each name before its value.
      if (judged && 'left' in judged) headers[headers.length - 5] = judged.left
      headers[headers.length - 3] = String(Buffer.byteLength(body))
      send(request, response, { status: 200, headers, body }, startedAt)
      return true
    },
    learn: (app) => {
      const declared: RouteOptions[] = []
      app.addHook('onRoute', (route: RouteOptions) => {
        const { alike, limit = 'default' } = route.config ?? {}
        if (alike === undefined) return
        if (limit !== 'none' && limits[limit].shared) throw new Error(`the limit of ${route.url} is counted elsewhere`)
        declared.push(route)
        const counted = limit === 'none' ? undefined : networkLimit(limit, deps)
        const made: Alike = { makeBody: bodyMaker(route, alike), limit: counted, headers: new Map() }
        routes.set(route.url, made)
        route.onSend = [...[route.onSend ?? []].flat(), learn(made)]
      })
      // By then the guards stand before each route.
      app.addHook('onReady', async () => {
        for (const route of declared) {
          const complaint = `${route.url} answers everybody alike, but its guard looks at more than page and network`
          allowGuards(route, ['address', 'limit', 'page'], complaint)
        }
      })
      // From now on each answer must say that its connection ends.
      app.addHook('preClose', async () => routes.clear())
    },
  }
}

/** Fastify ignores the body of such a route; Node has to read past it. */
const hasBody = ({ headers: { 'content-length': length = '0', 'transfer-encoding': coding } }: IncomingMessage) =>
  length !== '0' || coding !== undefined

const sites: ReadonlySet<string> = new Set(['', 'none', 'same-origin', 'same-site', 'cross-site'])

/**
 * What guards that look at the page see of it, as one text. Returns undefined for pages that are not listed, so that
 * strangers cannot make more kinds than there are.
 */
function pageReader(config: Config) {
  const listed = new Set(['', ...listedOrigins(config)])
  return ({ headers }: HasHeaders): string | undefined => {
    const { origin = '', 'sec-fetch-site': site = '', cookie } = headers
    if (!listed.has(origin) || typeof site !== 'string' || !sites.has(site)) return undefined
    return `${origin} ${site} ${cookie === undefined ? '' : 'cookie'}`
  }
}

/** Makes bodies as Fastify would; it makes them itself, and says what failed, where one cannot be made. */
function bodyMaker({ schema = {} }: RouteOptions, alike: NonNullable<FastifyContextConfig['alike']>) {
  const { 200: success } = schema.response as { readonly 200: z.ZodType }
  const serialize = serializerCompiler({ schema: success, method: '', url: '' })
  return (request: HasHeaders): string | undefined => {
    try {
      const body = alike(request)
      return body && serialize(body)
    } catch {
      return undefined
    }
  }
}

/** Returns undefined if the answer was no success, or if more than the page has shaped it. */
function readSuccess({ method }: FastifyRequest, reply: FastifyReply, payload: unknown) {
  if (method !== 'POST' || reply.statusCode !== 200 || typeof payload !== 'string') return undefined
  return varyOf(reply).every((name) => name === 'origin') ? readHeaders(reply) : undefined
}
