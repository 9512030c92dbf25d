import { firstRuledField, statuses } from './answers.ts'
import { codes, declared, operations } from './api.ts'
import type { DataOf, Method, OperationName, PathOf } from './calls.ts'
import { type FoundRoute, findRoute } from './find-route.ts'
import { findMisfit, type Order, readOrder } from './order.ts'
import { sleep } from './wait.ts'

export { createTestingClient, type Force, type ForceOptions } from './force.ts'

type Success<Data> = Data | ((request: Request) => Data | Promise<Data>)

/**
 * The data that operations answer with if nothing is forced, by name or by method and path: a value, or a function of
 * the request. `undefined` gives a 204.
 */
export type Successes = {
  readonly [N in OperationName]?: Success<DataOf<N>>
} & {
  readonly [M in Method]?: { readonly [P in PathOf<M>]?: Success<DataOf<M, P>> }
}

type Table = Readonly<Record<string, unknown>>

/**
 * Makes a `fetch` that needs no server, for Storybook and unit tests. It answers what `force` orders as the server
 * would, and refuses orders that the server would refuse. Other calls get their data from `successes`; it rejects if
 * there is none.
 * @example
 * const fetch = testingFetch({ getSession: { session: null } })
 * const auth = createTestingClient({ baseUrl: 'https://auth.example.com', fetch })
 */
export function testingFetch(successes: Successes = {}): (request: Request) => Promise<Response> {
  const uses = new Map<string, number>()
  const isDue = ({ times }: Order, key: string): boolean => {
    const used = uses.get(key) ?? 0
    uses.set(key, used + 1)
    return times === undefined || used < times
  }
  return async (request) => {
    const route = findRoute(request)
    if (route === undefined) {
      throw new TypeError(`postern/testing: the server has no ${request.method} ${new URL(request.url).pathname}`)
    }
    const header = request.headers.get('x-postern-force')
    if (header === null) return succeed(successes as Table, route, request)
    const read = readOrder(header)
    const mistake = 'mistake' in read ? read.mistake : findMisfit(read.order, answersOf(route))
    if (mistake !== undefined) return refusal({ code: 'general:bad_request', details: mistake }, 'refused')
    const { order } = read as { order: Order }
    if (!isDue(order, `${route.method} ${route.path} ${header}`)) return succeed(successes as Table, route, request)
    // The response is discarded, so the test need not provide one.
    if (order.phase === 'after') await succeed(successes as Table, route, request).catch(() => undefined)
    await sleep((order.delayMs ?? 0) / 1000, request.signal)
    request.signal.throwIfAborted()
    return forcedAnswer(order, route)
  }
}

async function succeed(table: Table, { method, path }: FoundRoute, request: Request): Promise<Response> {
  const name = Object.entries(operations).find(([, route]) => route === `${method} ${path}`)?.[0] ?? ''
  const ofMethod = (table[method] ?? {}) as Table
  if (!(name in table) && !(path in ofMethod)) {
    throw new TypeError(`postern/testing was not told what ${name} (${method} ${path}) answers`)
  }
  const one = name in table ? table[name] : ofMethod[path]
  const data: unknown = typeof one === 'function' ? await one(request) : one
  if (data === undefined) return new Response(null, { status: 204 })
  return data instanceof Blob || data instanceof ReadableStream ? new Response(data) : Response.json(data)
}

const answersOf = ({ method, path }: FoundRoute) => ({
  route: `${method} ${path}`,
  codes: codes.filter((_, place) => (((declared[path]?.[method] ?? 0n) >> BigInt(place)) & 1n) === 1n).sort(),
  statusOf: (code: string) => statuses[code],
})

const proxyPage = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n'

function forcedAnswer({ code, answer, fields, retryAfterSeconds }: Order, { method, path }: FoundRoute): Response {
  if (answer === 'drop') throw new TypeError('the connection was cut')
  const forced = { 'x-postern-forced': '1' }
  if (answer === 'garbage') {
    return new Response(proxyPage, { status: 502, headers: { 'content-type': 'text/html', ...forced } })
  }
  const usual = code === 'general:validation_error' ? firstRuledField[`${method} ${path}`] : undefined
  const problems = fields ?? (usual === undefined ? undefined : [{ path: usual, rule: 'format' }])
  return refusal({ code, ...(problems && { fields: problems }) }, '1', retryAfterSeconds)
}

type Refusal = { readonly code: string; readonly fields?: unknown; readonly details?: string }

function refusal({ code, ...more }: Refusal, forced: '1' | 'refused', retryAfterSeconds = 5): Response {
  const status = statuses[code] ?? 400
  const waits = status === 429 || status === 503
  return Response.json(
    { status, code, ...more },
    {
      status,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-error-code': code,
        'x-postern-forced': forced,
        ...(waits && { 'retry-after': String(retryAfterSeconds) }),
      },
    },
  )
}
