import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codesOf, type RouteCodes, routes, statusOf } from '../../src/client/codes.ts'
import { createTestingClient, testingFetch } from '../../src/client/testing.ts'
import { declaredAnswers, eachInTurns, lineOf } from '../dev/support.ts'
import { startListening } from './support.ts'

let app: Awaited<ReturnType<typeof startListening>>
let auth: ReturnType<typeof createTestingClient>
beforeAll(async () => {
  app = await startListening()
  auth = createTestingClient({ baseUrl: app.origin })
})
afterAll(() => app.close())

const session = { session: null }
const standIn = (successes: Parameters<typeof testingFetch>[0] = { GET: { '/v0/auth/session': session } }) =>
  createTestingClient({ baseUrl: 'https://auth.example.com', fetch: testingFetch(successes) })

/** Any call of any route, where the types cannot follow. */
type AnyClient = {
  readonly [M in 'GET' | 'POST' | 'PATCH' | 'DELETE']: (
    path: string,
    init: object,
  ) => Promise<{ error?: { code: string }; response?: Response }>
} & { force(method: string, path: string, code: string, options?: object): () => void }
/** The tests call every route in a loop, whose path and body no type can follow. */
const any = (client: typeof auth) => client as unknown as AnyClient

/** Values for whatever the path wants. */
function initFor({ path }: RouteCodes) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  return { params: { path: Object.fromEntries(names.map((name) => [name, 'one'])) } }
}

test('postern/client/codes is what the document declares, with the status of each [EL7]', () => {
  const listed = routes.flatMap(({ method, path, codes }) =>
    codes.map((code) => lineOf({ method, path, status: statusOf(code), code })),
  )
  expect(listed.sort()).toEqual(declaredAnswers(app.app.swagger()).map(lineOf).sort())
  expect(codesOf('GET', '/v0/auth/oauth/providers')).toEqual([
    'general:invalid_ip_address',
    'rate_limit:exceeded',
    'system:database_error',
    'system:internal_error',
  ])
})

test('for every code of every route the server and postern/testing give the same error [EL7]', async () => {
  const offline = standIn()
  const differ: unknown[] = []
  const all = routes.flatMap((route) => route.codes.map((code) => ({ route, code })))
  await eachInTurns(all, async ({ route, code }) => {
    const answers = [auth, offline].map(async (client) => {
      // Calls of one route would take each other's orders.
      const own = any(client === auth ? createTestingClient({ baseUrl: app.origin }) : standIn())
      own.force(route.method, route.path, code)
      const { error, response } = await own[route.method](route.path, initFor(route))
      const names = ['content-type', 'cache-control', 'x-error-code', 'x-postern-forced', 'retry-after']
      return { error, headers: names.map((name) => response?.headers.get(name)) }
    })
    const [online, off] = await Promise.all(answers)
    if (JSON.stringify(online) !== JSON.stringify(off) || online?.error?.code !== code) differ.push(online, off)
  })
  expect(differ).toEqual([])
  expect(all.length).toBeGreaterThan(1000)
  // Orders are of one client.
  expect((await offline.GET('/v0/auth/session')).data).toEqual(session)
})

describe.each([
  ['the server', () => auth],
  ['postern/testing', () => standIn({ GET: { '/v0/auth/session': { session: null } } })],
])('auth.force with %s [EL7]', (_name, client) => {
  test('times: so many calls, then the route answers by itself; or until it is ended', async () => {
    const one = client()
    one.force('GET', '/v0/auth/session', 'system:database_error', { times: 2 })
    const codes: unknown[] = []
    for (let time = 0; time < 3; time++) codes.push((await one.GET('/v0/auth/session')).error?.code)
    expect(codes).toEqual(['system:database_error', 'system:database_error', undefined])
    const stop = one.force('GET', '/v0/auth/session', 'system:internal_error')
    expect((await one.GET('/v0/auth/session')).error?.code).toBe('system:internal_error')
    const newer = one.force('GET', '/v0/auth/session', 'general:invalid_ip_address')
    stop()
    expect((await one.GET('/v0/auth/session')).error?.code).toBe('general:invalid_ip_address')
    newer()
    expect((await one.GET('/v0/auth/session')).data).toEqual(session)
  })

  test('what is repeated counts twice; what the call itself sends goes along', async () => {
    const sent: (string | null)[] = []
    const one = createTestingClient({
      baseUrl: 'https://auth.example.com',
      retry: { times: 2 },
      fetch: (request) => {
        sent.push(request.headers.get('x-postern-force'), request.headers.get('x-own'))
        return testingFetch({ POST: { '/v0/auth/logout': undefined } })(request)
      },
    })
    one.force('POST', '/v0/auth/logout', 'system:database_error', { times: 1 })
    expect((await one.POST('/v0/auth/logout', { headers: { 'x-own': 'kept' } })).error?.code).toBe(
      'system:database_error',
    )
    expect((await one.POST('/v0/auth/logout', { headers: { 'x-own': 'kept' } })).error).toBeUndefined()
    one.force('POST', '/v0/auth/resend-verification-email', 'rate_limit:exceeded', { times: 1, 'retry-after': 1 })
    const body = { email: 'ada@example.com' }
    await one.POST('/v0/auth/resend-verification-email', { body })
    expect(sent).toEqual([
      ...['system:database_error', 'kept', null, 'kept'],
      ...['rate_limit:exceeded;retry-after=1', null, null, null],
    ])
  })

  test('what an error carries: fields, Retry-After', async () => {
    const one = client()
    const fields = [
      { path: '/password', rule: 'min_length', limit: 12 },
      { path: '/handle', rule: 'one_of', values: ['a', 'b'] },
    ]
    one.force('POST', '/v0/auth/signup', 'general:validation_error', {
      fields: '/password:min_length:12,/handle:one_of:a|b',
    })
    const body = { email: 'a@example.com', handle: 'a', display_name: 'A', password: 'x' }
    expect((await one.POST('/v0/auth/signup', { body })).error).toMatchObject({ fields })
    one.force('POST', '/v0/auth/signup', 'rate_limit:exceeded', { 'retry-after': 77 })
    expect((await one.POST('/v0/auth/signup', { body })).error).toMatchObject({ retryAfterSeconds: 77 })
  })

  test('what only the client can say: no answer, garbage, too late', async () => {
    const one = client()
    const code = 'system:database_error'
    const codeOf = async (timeoutMs = 30_000) => (await one.GET('/v0/auth/session', { timeoutMs })).error?.code
    one.force('GET', '/v0/auth/session', code, { answer: 'drop' })
    expect(await codeOf()).toBe('client:unreachable')
    one.force('GET', '/v0/auth/session', code, { answer: 'garbage' })
    expect(await codeOf()).toBe('client:unreadable_answer')
    one.force('GET', '/v0/auth/session', code, { delay: 30_000 })
    expect(await codeOf(200)).toBe('client:timeout')
  })

  test('what the route does not declare is refused with what it does', async () => {
    const one = client()
    const mistake = 'user:banned' as 'system:database_error'
    one.force('GET', '/v0/auth/session', mistake)
    const { error } = await one.GET('/v0/auth/session')
    expect(error).toMatchObject({
      code: 'client:unknown_code',
      wireCode: 'general:bad_request',
      details: expect.stringContaining('GET /v0/auth/session does not declare "user:banned". It declares: general:inv'),
    })
  })
})

describe('postern/testing', () => {
  test('gives what it was told, from a function too; phase=after runs it, and loses its answer', async () => {
    const seen: string[] = []
    const one = standIn({
      POST: { '/v0/auth/logout': (request) => void seen.push(new URL(request.url).pathname) },
      DELETE: { '/v0/auth/sessions/{management_id}': undefined },
    })
    expect((await one.POST('/v0/auth/logout')).response?.status).toBe(204)
    one.force('POST', '/v0/auth/logout', 'system:transaction_error', { phase: 'after' })
    expect((await one.POST('/v0/auth/logout')).error?.code).toBe('system:transaction_error')
    expect(seen).toEqual(['/v0/auth/logout', '/v0/auth/logout'])
    const path = { management_id: 'id' }
    expect((await one.DELETE('/v0/auth/sessions/{management_id}', { params: { path } })).response?.status).toBe(204)
  })

  test('by the names of operations: what is forced, and what is given', async () => {
    const one = standIn({ getSession: session, endSession: () => undefined })
    expect((await one.getSession()).data).toEqual(session)
    const init = { params: { path: { management_id: 'id' } } }
    expect((await one.endSession(init)).response?.status).toBe(204)
    const stop = one.force('endSession', 'user:banned')
    expect((await one.endSession(init)).error?.code).toBe('user:banned')
    expect((await one.DELETE('/v0/auth/sessions/{management_id}', init)).error?.code).toBe('user:banned')
    stop()
    expect((await one.endSession(init)).error).toBeUndefined()
    expect(codesOf('listProviders')).toEqual(codesOf('GET', '/v0/auth/oauth/providers'))
  })

  test('says what it was not told', async () => {
    const { error } = await standIn().GET('/v0/user/me')
    expect(error).toMatchObject({
      code: 'client:unreachable',
      cause: new TypeError('postern/testing was not told what getMe (GET /v0/user/me) answers'),
    })
    const unknown = await testingFetch()(new Request('https://auth.example.com/v0/nowhere')).catch(String)
    expect(unknown).toBe('TypeError: postern/testing: the server has no GET /v0/nowhere')
  })
})
