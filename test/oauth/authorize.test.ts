import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { OidcProvider } from '../support/provider.ts'

const url = '/v0/auth/oauth/google/authorize'
const provider = new OidcProvider()
let app: TestApp
beforeAll(async () => {
  const issuer = await provider.start()
  app = await startApp({
    GOOGLE_CLIENT_ID: 'cid',
    GOOGLE_CLIENT_SECRET: 's',
    GOOGLE_ISSUER: issuer,
    GITHUB_CLIENT_ID: 'gid',
    GITHUB_CLIENT_SECRET: 's',
  })
})
afterAll(async () => {
  await app.close()
  await provider.stop()
})

test('GET /v0/auth/oauth/providers', async () => {
  const { body } = await app.client().get('/v0/auth/oauth/providers')
  expect(body).toEqual({
    providers: [
      { slug: 'google', name: 'Google' },
      { slug: 'github', name: 'GitHub' },
    ],
  })
})

describe('GET /v0/auth/oauth/{provider}/authorize', () => {
  test('code flow with PKCE, state and nonce; the page to come back to is the configured one [OA1 OA2 OA8]', async () => {
    const answer = await app.client().get(`${url}?redirect_to=/welcome`)
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store'])
    const { origin, searchParams } = new URL(String(answer.body.auth_url))
    expect(origin).toBe(provider.url)
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'cid',
      redirect_uri: 'https://app.example.com/account/oauth/google/callback',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  test('GitHub has no nonce', async () => {
    const { body } = await app.client().get('/v0/auth/oauth/github/authorize')
    const auth = new URL(String(body.auth_url))
    expect([auth.origin + auth.pathname, auth.searchParams.has('nonce'), auth.searchParams.get('scope')]).toEqual([
      'https://github.com/login/oauth/authorize',
      false,
      'read:user user:email',
    ])
  })

  test("the browser's name for itself is made by the server only, and kept", async () => {
    const client = app.client()
    const [cookie] = (await client.get(url)).setCookies
    expect(cookie).toMatch(/^__Host-anonymous_user_id=\S+; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect((await client.get(url)).setCookies).toEqual([])
    const own = client.cookies.get('__Host-anonymous_user_id') ?? ''
    for (const planted of ['mine', `${own.slice(0, -1)}${own.endsWith('A') ? 'Q' : 'A'}`, own.replace(/^1/, '7')]) {
      client.cookies.set('__Host-anonymous_user_id', planted)
      expect((await client.get(url)).setCookies).toHaveLength(1)
    }
  })

  test('oauth:provider_not_found', async () => {
    expect((await app.client().get('/v0/auth/oauth/nobody/authorize')).code).toBe('oauth:provider_not_found')
  })

  test('oauth:invalid_redirect_url', async () => {
    for (const text of ['//evil.example', '/\\evil.example', 'https://evil.example', '/%0d%0ax']) {
      const answer = await app.client().get(`${url}?redirect_to=${encodeURIComponent(text)}`)
      expect([text, answer.code]).toEqual([text, 'oauth:invalid_redirect_url'])
    }
  })

  test('general:validation_error for another flow', async () => {
    const { code, body } = await app.client().get(`${url}?flow=steal`)
    expect([code, body.fields]).toEqual([
      'general:validation_error',
      [{ path: '/flow', rule: 'one_of', values: ['login', 'link'] }],
    ])
  })

  test('general:bad_request for a parameter given twice', async () => {
    expect((await app.client().get(`${url}?redirect_to=/a&redirect_to=/b`)).code).toBe('general:bad_request')
  })

  test('oauth:invalid_auth_url while the discovery document names another issuer, and once it is right no longer', async () => {
    let issuer = 'https://another.example'
    const server = createServer((_request, response) => {
      response.end(
        JSON.stringify({
          issuer,
          authorization_endpoint: `${issuer}/a`,
          token_endpoint: `${issuer}/t`,
          jwks_uri: `${issuer}/k`,
        }),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const late = await startApp({ GOOGLE_CLIENT_ID: 'cid', GOOGLE_CLIENT_SECRET: 's', GOOGLE_ISSUER: own })
    expect((await late.client().get(url)).code).toBe('oauth:invalid_auth_url')
    issuer = own
    expect((await late.client().get(url)).status).toBe(200)
    await late.close()
    server.close()
  })

  test('rate_limit:exceeded after thirty in a minute', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on', GITHUB_CLIENT_ID: 'g', GITHUB_CLIENT_SECRET: 's' })
    const ask = () => strict.client().get('/v0/auth/oauth/github/authorize')
    for (let time = 0; time < 30; time++) expect((await ask()).status).toBe(200)
    expect((await ask()).code).toBe('rate_limit:exceeded')
    await strict.close()
  })
})
