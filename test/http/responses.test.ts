import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { mailedToken, signedUp, signUp } from '../support/people.ts'

let app: TestApp
let development: TestApp
beforeAll(async () => {
  ;[app, development] = await Promise.all([
    startApp({ RATE_LIMITS: 'on' }),
    startApp({ APP_ENV: 'development', HOST: '127.0.0.1' }),
  ])
})
afterAll(() => Promise.all([app.close(), development.close()]))

const kinds = [
  ['204', 'GET', '/health/live', {}],
  ['200', 'GET', '/v0/errors', {}],
  ['304', 'GET', '/v0/errors', {}],
  ['401', 'GET', '/v0/user/me', {}],
  ['404', 'GET', '/v0/nothing', {}],
  ['400', 'POST', '/v0/auth/login', { body: '{' }],
  ['403', 'POST', '/v0/auth/login', { headers: { 'sec-fetch-site': 'cross-site' } }],
  ['413', 'POST', '/v0/auth/login', { body: 'x'.repeat(70_000) }],
  ['200', 'HEAD', '/v0/errors', {}],
] as const

test.each(kinds)('a %s of %s %s has the headers of every response [HT1]', async (status, method, url, sent) => {
  const etag = status === '304' ? String((await app.client().get(url)).headers.etag) : undefined
  const headers = { ...('headers' in sent && sent.headers), ...(etag && { 'if-none-match': etag }) }
  const answer = await app.client().send(method, url, { ...sent, headers })
  expect(String(answer.status)).toBe(status)
  expect(answer.headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringMatching(/^max-age=\d{8,}/),
    'x-request-id': expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
    'cache-control': url === '/v0/errors' ? expect.stringContaining('max-age') : 'no-store',
  })
  expect(answer.headers).not.toHaveProperty('server')
  expect(answer.headers).not.toHaveProperty('x-powered-by')
})

test('HSTS is not sent in development', async () => {
  expect((await development.client().get('/v0/errors')).headers).not.toHaveProperty('strict-transport-security')
})

test('X-Request-Id is kept when it is fit for logs, replaced when it is not', async () => {
  const answered = async (id: string) =>
    (await app.client().get('/v0/nothing', { headers: { 'x-request-id': id } })).headers['x-request-id']
  for (const id of ['a', 'Trace_1-b', 'x'.repeat(64)]) expect(await answered(id)).toBe(id)
  for (const id of ['', 'x'.repeat(65), 'a b', 'a.b', 'ä', '<script>'])
    expect(await answered(id)).toMatch(/^[\da-f-]{36}$/)
})

describe('problem documents', () => {
  const ask = (accept: string, from = app) => from.app.inject({ url: '/v0/user/me', headers: { accept } })
  const problem = {
    type: 'https://auth.example.com/docs/errors#user:unauthorized',
    title: 'Not authenticated',
    status: 401,
    code: 'user:unauthorized',
  }

  test.each([
    'application/problem+json',
    'Application/Problem+JSON',
    'text/html, application/problem+json;q=0.5',
    'application/problem+json;q=0.001,*/*',
    'application/json;q=0, application/problem+json; charset=utf-8',
  ])('for Accept: %s', async (accept) => {
    const answer = await ask(accept)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.headers.vary).toMatch(/\bAccept\b/)
    expect(answer.json()).toEqual(problem)
  })

  test.each([
    'application/json',
    '*/*',
    'application/*',
    '',
    'application/problem+json;q=0',
    'application/problem+json; q=0.000, */*',
    'application/problem+jsonx',
    'x-application/problem+json',
  ])('not for Accept: %s', async (accept) => {
    const answer = await ask(accept)
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    expect(answer.json()).toEqual({ status: 401, code: 'user:unauthorized' })
  })

  test('detail is said in development only; fields always', async () => {
    const { detail, ...rest } = (await ask('application/problem+json', development)).json() as Record<string, unknown>
    expect(rest).toEqual(problem)
    expect(detail).toMatch(/\w+/)
    const headers = { accept: 'application/problem+json' }
    const { body } = await app.client().post('/v0/auth/login', {}, { headers })
    expect(body.fields).toEqual([
      { path: '/email', rule: 'required' },
      { path: '/password', rule: 'required' },
    ])
  })
})

test('details are on every error in development, and on none otherwise', async () => {
  for (const [status, method, url, sent] of kinds) {
    if (!/^4/.test(status)) continue
    const there = await development.client().send(method, url, sent)
    expect([url, there.status, there.body.details]).toEqual([url, +status, expect.stringMatching(/\w+/)])
    const here = await app.client().send(method, url, sent)
    expect([url, here.status, Object.keys(here.body).sort()]).toEqual([url, +status, ['code', 'status']])
  }
})

describe('cookies', () => {
  const cookieOf = async (on: TestApp) => {
    const person = await signUp(on)
    const answer = await on.client().post('/v0/auth/verify-email', { token: await mailedToken(on, person.email) })
    return answer.setCookies.join(', ').replace(/=p[sd]t_[\w-]{49};/g, '=…;')
  }

  test('have the prefix __Host- and no Domain [SE2]', async () => {
    expect(await cookieOf(app)).toBe(
      '__Host-session_id=…; Path=/; HttpOnly; Secure; SameSite=Lax, __Host-device_id=…; Max-Age=34560000; Path=/; HttpOnly; Secure; SameSite=Lax',
    )
  })

  test('have no prefix and no Secure in development', async () => {
    expect(await cookieOf(development)).toBe(
      'session_id=…; Path=/; HttpOnly; SameSite=Lax, device_id=…; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax',
    )
  })

  test('have the prefix __Secure- and their Domain with COOKIE_DOMAIN', async () => {
    const wide = await startApp({ COOKIE_DOMAIN: 'example.com' })
    expect(await cookieOf(wide)).toBe(
      '__Secure-session_id=…; Domain=example.com; Path=/; HttpOnly; Secure; SameSite=Lax, __Secure-device_id=…; Max-Age=34560000; Domain=example.com; Path=/; HttpOnly; Secure; SameSite=Lax',
    )
    await wide.close()
  })

  test('of another name, an empty one and another scheme count as not sent', async () => {
    const { client } = await signedUp(app)
    const token = client.cookies.get('__Host-session_id') ?? ''
    const me = async (headers: Record<string, string>) => (await app.client().get('/v0/user/me', { headers })).code
    expect(await me({ cookie: `session_id=${token}` })).toBe('user:unauthorized')
    expect(await me({ cookie: '__Host-session_id=' })).toBe('user:unauthorized')
    expect(await me({ authorization: `Basic ${token}` })).toBe('user:unauthorized')
    expect(await me({ authorization: 'Bearer ' })).toBe('user:unauthorized')
    expect(await me({ cookie: '__Host-session_id=', authorization: `Bearer ${token}` })).toBeUndefined()
    expect(await me({ cookie: '__Host-session_id=x', authorization: `Bearer ${token}` })).toBe('user:invalid_session')
  })
})

test('HEAD is answered like GET, without a body, and counts once', async () => {
  const ask = (method: 'GET' | 'HEAD', url: string, remoteAddress: string) =>
    app.app.inject({ method, url, remoteAddress })
  const left = ({ headers }: { headers: object }) =>
    /r=\d+/.exec(String('ratelimit' in headers && headers.ratelimit))?.[0]
  for (const url of ['/v0/errors', '/v0/user/me', '/health/ready', '/v0/nothing', '/docs']) {
    const [got, head] = [await ask('GET', url, '203.0.113.1'), await ask('HEAD', url, '203.0.113.2')]
    expect([url, head.statusCode, head.body]).toEqual([url, got.statusCode, ''])
    for (const name of ['content-type', 'x-error-code', 'etag', 'ratelimit-policy', 'cache-control'])
      expect([url, name, head.headers[name]]).toEqual([url, name, got.headers[name]])
    expect(left(head)).toBe(left(got))
  }
})
