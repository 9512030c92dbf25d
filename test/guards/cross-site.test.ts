import { describe, expect, test } from 'vitest'
import { frontendUrl, publicUrl, startApp, useApp } from '../support/app.ts'
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
