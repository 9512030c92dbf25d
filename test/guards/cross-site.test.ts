import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { frontendUrl, publicUrl, startApp, type TestApp, useApp } from '../support/app.ts'
import { newPerson } from '../support/people.ts'

const app = useApp()

describe('CORS [HT2]', () => {
  const ask = (origin: string, url = '/v0/errors') => app.client().get(url, { headers: { origin } })

  test.each(['/v0/errors', '/v0/user/me', '/v0/nothing'])('%s may be read by the front end', async (url) => {
    const { headers } = await ask(frontendUrl, url)
    expect(headers).toMatchObject({
      'access-control-allow-origin': frontendUrl,
      'access-control-allow-credentials': 'true',
      vary: expect.stringContaining('Origin'),
    })
    const exposed = String(headers['access-control-expose-headers']).split(/, */).sort()
    expect(exposed).toEqual(
      ['X-Request-Id', 'X-Error-Code', 'X-Redirect-To', 'Retry-After', 'RateLimit', 'RateLimit-Policy'].sort(),
    )
  })

  test.each([
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://evilapp.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://auth.example.com.',
    'null',
    '*',
  ])('not by %s', async (origin) => {
    const { headers } = await ask(origin)
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(headers.vary).toContain('Origin')
    const preflight = { origin, 'access-control-request-method': 'POST' }
    const asked = await app.client().send('OPTIONS', '/v0/auth/login', { headers: preflight })
    expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('a preflight names the methods', async () => {
    const headers = {
      origin: frontendUrl,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'content-type,x-turnstile-token',
    }
    const answer = await app.client().send('OPTIONS', '/v0/user/me', { headers })
    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': frontendUrl,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
      'access-control-allow-headers': 'content-type,x-turnstile-token',
    })
  })
})

describe('cross-site [SE8]', () => {
  const own = publicUrl
  const elsewhere = 'https://evil.example'
  test.each([
    ['same-origin', own, false],
    ['none', undefined, false],
    ['same-site', frontendUrl, false],
    ['same-site', own, false],
    ['same-site', 'https://other.example.com', true],
    ['same-site', undefined, true],
    ['cross-site', elsewhere, true],
    ['cross-site', frontendUrl, true],
    ['cross-site', undefined, true],
    ['Cross-Site', elsewhere, true],
    [undefined, own, false],
    [undefined, frontendUrl, false],
    [undefined, elsewhere, true],
    [undefined, 'null', true],
    ['none', 'null', false],
    [undefined, undefined, false],
  ])('Sec-Fetch-Site: %s, Origin: %s: refused is %s', async (site, origin, refused) => {
    const headers = { ...(site && { 'sec-fetch-site': site }), ...(origin && { origin }) }
    const ask = async (url: string, more: Record<string, string> = {}) =>
      (await app.client().post(url, {}, { headers: { ...headers, ...more } })).code
    const cookie = { cookie: 'any=thing' }
    const forbidden = (otherwise: string) => (refused ? 'FORBIDDEN' : otherwise)
    expect(await ask('/v0/auth/login')).toBe(forbidden('general:bad_request'))
    expect(await ask('/v0/auth/logout', cookie)).toBe(forbidden('user:unauthorized'))
    expect(await ask('/v0/auth/logout', { ...cookie, authorization: 'Bearer x' })).toBe(
      forbidden('user:invalid_session'),
    )
    // Without a cookie there is nothing that a browser adds by itself.
    expect(await ask('/v0/auth/logout')).toBe('user:unauthorized')
    expect((await app.client().get('/v0/user/me', { headers: { ...headers, ...cookie } })).code).toBe(
      'user:unauthorized',
    )
  })
})

test('an app in a web view has the app routes, and those with cookies say why they are of no use there [FD10]', async () => {
  const origins = ['capacitor://localhost', 'tauri://localhost', 'ionic://localhost']
  const own = await startApp({ APP_ENV: 'development', CORS_ORIGINS: [frontendUrl, ...origins].join() })
  const client = own.client()
  for (const origin of origins) {
    const person = newPerson()
    const signed = await client.post('/v0/app/auth/login', person, { headers: { origin } })
    expect([signed.code, signed.headers['access-control-allow-origin']]).toEqual(['auth:invalid_credentials', origin])
    for (const more of [{}, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await client.post('/v0/auth/login', person, { headers: { origin, ...more } })
      expect([answer.status, answer.code]).toEqual([403, 'FORBIDDEN'])
      expect(answer.body.details).toContain('use /v0/app/auth')
    }
  }
  await own.close()
})

describe('a refused origin is told to whoever runs the server [FD67]', () => {
  const own = useApp({ CORS_ORIGINS: `${frontendUrl},capacitor://localhost` })
  const preflight = { 'access-control-request-method': 'POST' }
  const told = (which: TestApp) => which.warnings.filter(({ origin }) => origin !== undefined)

  test.each([
    ['a preflight', 'OPTIONS', '/v0/auth/login?token=hidden', { origin: 'https://one.example', ...preflight }, '*'],
    ['a request of a script', 'GET', '/v0/errors?token=hidden', { origin: 'https://two.example' }, '/v0/errors'],
    ['one with cookies', 'POST', '/v0/auth/logout', { origin: 'http://localhost:5173', cookie: 'a=b' }, undefined],
    ['one by a route’s pattern', 'GET', '/v0/users/@lovelace', { origin: 'https://three.example' }, undefined],
    ['one of a path that is none', 'GET', '/v0/nothing', { origin: 'null' }, undefined],
  ])('%s: the origin, the route and what to set, without the query', async (_, method, url, headers, route) => {
    await own.client().send(method, url, { headers })
    const [line] = told(own).filter(({ origin }) => origin === headers.origin)
    expect(line).toMatchObject({ level: 40, method, msg: expect.stringMatching(/CORS_ORIGINS.*FRONTEND_URL/) })
    if (route) expect(line?.route).toBe(route)
    expect(JSON.stringify(told(own))).not.toMatch(/hidden|lovelace/)
  })

  test('of a listed one whose site is another, and of an app, it says what helps instead', async () => {
    const site = { 'sec-fetch-site': 'cross-site' }
    await own.client().post('/v0/auth/login', newPerson(), { headers: { origin: frontendUrl, ...site } })
    await own.client().post('/v0/auth/login', newPerson(), { headers: { origin: 'capacitor://localhost' } })
    const advice = new Map(told(own).map(({ origin, msg }) => [origin, msg]))
    expect(advice.get(frontendUrl)).toContain('on one site')
    expect(advice.get('capacitor://localhost')).toContain('use /v0/app/auth')
  })

  test('nothing where nothing is refused', async () => {
    const quiet = await startApp()
    onTestFinished(quiet.close)
    const same = { 'sec-fetch-site': 'same-origin' }
    for (const headers of [
      {},
      { origin: publicUrl },
      { origin: frontendUrl },
      { origin: 'https://a.example', ...same },
    ])
      await quiet.client().get('/v0/errors', { headers })
    // An identity provider posts by design.
    await quiet.client().post('/v0/auth/oauth/acme/form-post', {}, { headers: { origin: 'https://idp.example' } })
    expect(told(quiet)).toEqual([])
  })

  test('each once in ten minutes, ten of them at most, none longer than a line', async () => {
    const flooded = await startApp()
    onTestFinished(flooded.close)
    const ask = (origin: string) => flooded.client().get('/v0/errors', { headers: { origin } })
    for (const origin of ['https://user:hidden@a.example', 'https://a.example/?hidden', 'hidden']) await ask(origin)
    for (let round = 0; round < 30; round++) await ask('https://again.example')
    for (let index = 0; index < 30; index++) await ask(`https://${index}.${'a'.repeat(5000)}.example`)
    expect(told(flooded)).toHaveLength(10)
    expect(JSON.stringify(told(flooded))).not.toContain('hidden')
    expect(Math.max(...told(flooded).map((line) => JSON.stringify(line).length))).toBeLessThan(1000)
    const realNow = performance.now.bind(performance)
    // Ten minutes, which a test cannot wait for.
    const later = vi.spyOn(performance, 'now').mockImplementation(() => realNow() + 600_000)
    onTestFinished(() => later.mockRestore())
    await ask('https://again.example')
    expect(told(flooded)).toHaveLength(11)
    expect(told(flooded).at(-1)?.origin).toBe('https://again.example')
    // Of three that are no origin, of thirty from one, and of one from each of thirty.
    expect(told(flooded).map(({ untold }) => untold)).toEqual([0, 2, 29, ...Array(7).fill(0), 22])
  })
})
