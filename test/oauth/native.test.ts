import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { brokenWorkers } from '../support/mail-way.ts'
import { newPerson, signedUp } from '../support/people.ts'
import { type Claims, GithubLookalike, OidcProvider } from '../support/provider.ts'

const provider = new OidcProvider()
const github = new GithubLookalike()
let app: TestApp
let env: Record<string, string>
beforeAll(async () => {
  const [issuer, githubUrl] = [await provider.start(), await github.start()]
  env = {
    GOOGLE_CLIENT_ID: provider.clientId,
    GOOGLE_CLIENT_SECRET: provider.clientSecret,
    GOOGLE_ISSUER: issuer,
    GITHUB_CLIENT_ID: 'gid',
    GITHUB_CLIENT_SECRET: 'gsecret',
    GITHUB_URL: githubUrl,
    GITHUB_API_URL: githubUrl,
  }
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await provider.stop()
  github.stop()
})

let subjects = 0
const newcomer = (): Claims => ({ sub: `native-${++subjects}`, email: newPerson().email, email_verified: true })

/** The two ways in with a token that the provider issued to the app itself. */
const ways = {
  '/v0/app/auth/oauth/google/token': async (client: TestClient, claims: Claims) =>
    client.post('/v0/app/auth/oauth/google/token', { id_token: await provider.idToken(claims) }),
  '/v0/auth/oauth/google/one-tap/login': async (client: TestClient, claims: Claims) => {
    const { nonce } = (await client.get('/v0/auth/oauth/google/one-tap/nonce')).body
    const credential = await provider.idToken({ nonce, ...claims })
    return client.post('/v0/auth/oauth/google/one-tap/login', { credential })
  },
}

describe.each(Object.entries(ways))('POST %s', (url, enter) => {
  const isApp = url.startsWith('/v0/app')
  async function account() {
    const claims = newcomer()
    const client = app.client()
    const { body } = await enter(client, claims)
    const wish = { pending_token: body.pending_token, handle: `nat_${++subjects}_x`, display_name: 'N' }
    const done = await client.post(`/v0${isApp ? '/app' : ''}/auth/complete-signup`, wish)
    expect(done.status).toBeLessThan(300)
    return claims
  }

  test('somebody new: a pending sign-up', async () => {
    const claims = newcomer()
    const answer = await enter(app.client(), claims)
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { pending_token: expect.any(String), email: claims.email },
    ])
  })

  test('a known identity: a device link, with TOTP a temp_token, banned user:banned', async () => {
    const claims = await account()
    const { body, status } = await enter(app.client(), claims)
    expect([status, body]).toEqual([202, { status: 'device_verification_required' }])
    await app.sql('update users set totp_enabled_at = now() where email = $1', [claims.email])
    expect(Object.keys((await enter(app.client(), claims)).body)).toEqual(['temp_token'])
    await app.sql('update users set banned_at = now() where email = $1', [claims.email])
    expect((await enter(app.client(), claims)).code).toBe('user:banned')
  })

  test('oauth:email_not_verified', async () => {
    expect((await enter(app.client(), { ...newcomer(), email_verified: 'true' })).code).toBe('oauth:email_not_verified')
  })

  test('oauth:email_already_exists', async () => {
    const { person } = await signedUp(app)
    const answer = await enter(app.client(), { ...newcomer(), email: person.email })
    expect(answer.code).toBe('oauth:email_already_exists')
  })

  test.each(
    Object.entries<Claims>({
      'another client': { aud: 'somebody' },
      'another issuer': { iss: 'https://evil.example' },
      'another nonce': { nonce: 'another' },
      'an end that is over': { exp: 1_000_000_000 },
      'another party': { azp: 'somebody' },
      'no subject': { sub: '' },
    }),
  )('oauth:invalid_id_token for %s', async (_name, claims) => {
    expect((await enter(app.client(), { ...newcomer(), ...claims })).code).toBe('oauth:invalid_id_token')
  })

  test('oauth:user_info_fetch_failed while the keys cannot be had', async () => {
    let failing = true
    const proxy = createServer(async (request, response) => {
      if (failing && request.url === '/jwks') return void response.writeHead(500).end()
      const base = `http://${request.headers.host}`
      const endpoints = { authorization_endpoint: `${base}/a`, token_endpoint: `${base}/t`, jwks_uri: `${base}/jwks` }
      if (request.url !== '/jwks') return void response.end(JSON.stringify({ issuer: base, ...endpoints }))
      response.end(await (await fetch(`${provider.url}/jwks`)).text())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const issuer = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const cut = await startApp({ ...env, GOOGLE_ISSUER: issuer })
    const claims = { ...newcomer(), iss: issuer }
    expect((await enter(cut.client(), claims)).code).toBe('oauth:user_info_fetch_failed')
    failing = false
    expect((await enter(cut.client(), claims)).status).toBe(200)
    await cut.close()
    proxy.closeAllConnections()
    proxy.close()
  })

  test('oauth:invalid_auth_url while the issuer cannot be read, oauth:provider_not_found without it', async () => {
    const body = { id_token: 'a.b.c', credential: 'e30.e30.AAAA' }
    const { id_token, credential } = body
    const sent = isApp ? { id_token } : { credential }
    const cut = await startApp({ ...env, GOOGLE_ISSUER: 'http://127.0.0.1:1' })
    expect((await cut.client().post(url, sent)).code).toBe('oauth:invalid_auth_url')
    await cut.close()
    const without = await startApp()
    expect((await without.client().post(url, sent)).code).toBe('oauth:provider_not_found')
    await without.close()
  })

  test('general:bad_request', async () => {
    const junk = isApp ? [{}, { id_token: 'a', access_token: 'b' }, { id_token: 1 }] : [{}, { credential: 1 }]
    for (const body of junk) expect((await app.client().post(url, body)).code).toBe('general:bad_request')
  })

  test('worker faults, and rate_limit:exceeded after five device links', async () => {
    const claims = await account()
    const strict = await startApp({
      ...env,
      RATE_LIMITS: 'on',
      DATABASE_URL: app.config.databaseUrl,
      KEYS_DIR: app.config.keysDir,
    })
    for (let time = 0; time < 5; time++) expect((await enter(strict.client(), claims)).status).toBe(202)
    expect((await enter(strict.client(), claims)).code).toBe('rate_limit:exceeded')
    await strict.close()
    for (const [broken, code] of await brokenWorkers(app, env))
      expect((await enter(broken.client(), claims)).code).toBe(code)
  })
})

describe('GET /v0/auth/oauth/google/one-tap/nonce', () => {
  const nonceUrl = '/v0/auth/oauth/google/one-tap/nonce'
  const post = async (client: TestClient, nonce: unknown) =>
    client.post('/v0/auth/oauth/google/one-tap/login', { credential: await provider.idToken({ ...newcomer(), nonce }) })

  test('is good once, in this browser, for a while', async () => {
    const client = app.client()
    const { nonce } = (await client.get(nonceUrl)).body
    expect((await post(app.client(), nonce)).code).toBe('oauth:invalid_id_token')
    expect((await post(client, nonce)).status).toBe(200)
    expect((await post(client, nonce)).code).toBe('oauth:invalid_id_token')
    const late = (await client.get(nonceUrl)).body.nonce
    await app.sql('update oauth_states set expires_at = now() where expires_at > now()')
    expect((await post(client, late)).code).toBe('oauth:invalid_id_token')
    for (const none of [undefined, 1]) expect((await post(client, none)).code).toBe('oauth:invalid_id_token')
  })

  test('oauth:provider_not_found, oauth:invalid_auth_url', async () => {
    const without = await startApp()
    expect((await without.client().get(nonceUrl)).code).toBe('oauth:provider_not_found')
    await without.close()
    const cut = await startApp({ ...env, GOOGLE_ISSUER: 'http://127.0.0.1:1' })
    expect((await cut.client().get(nonceUrl)).code).toBe('oauth:invalid_auth_url')
    await cut.close()
  })
})

describe('native sign-in with a nonce of the app', () => {
  const post = async (claims: Claims, nonce: unknown) =>
    app.client().post('/v0/app/auth/oauth/google/token', { id_token: await provider.idToken(claims), nonce })

  test('must be the one in the token', async () => {
    expect((await post({ ...newcomer(), nonce: 'mine' }, 'mine')).status).toBe(200)
    expect((await post({ ...newcomer(), nonce: 'mine' }, 'other')).code).toBe('oauth:invalid_id_token')
    expect((await post(newcomer(), 'mine')).code).toBe('oauth:invalid_id_token')
  })
})

describe('native sign-in with an access token of GitHub', () => {
  const post = () => app.client().post('/v0/app/auth/oauth/github/token', { access_token: 'gho_x' })
  const shape = (id: number, clientId: string) => {
    github.user = { id, login: 'octo' }
    github.emails = [{ email: `gh-${id}@example.com`, primary: true, verified: true }]
    github.check = { status: 200, body: { app: { client_id: clientId }, user: { id } } }
  }

  test('one that GitHub issued to this client', async () => {
    shape(++subjects, 'gid')
    expect((await post()).body).toHaveProperty('pending_token')
  })

  test('oauth:invalid_id_token for an unknown one, of another client or user, and where tokens of that kind say nothing', async () => {
    for (const status of [404, 422]) {
      github.check = { status, body: {} }
      expect((await post()).code).toBe('oauth:invalid_id_token')
    }
    shape(++subjects, 'another')
    expect((await post()).code).toBe('oauth:invalid_id_token')
    shape(++subjects, 'gid')
    github.user = { id: subjects + 1000, login: 'other' }
    expect((await post()).code).toBe('oauth:invalid_id_token')
    const client = app.client()
    expect((await client.post('/v0/app/auth/oauth/github/token', { id_token: 'a.b.c' })).code).toBe(
      'oauth:invalid_id_token',
    )
    expect((await client.post('/v0/app/auth/oauth/google/token', { access_token: 'x' })).code).toBe(
      'oauth:invalid_id_token',
    )
  })

  test('oauth:user_info_fetch_failed and oauth:user_info_parse_failed', async () => {
    github.check = { status: 500, body: {} }
    expect((await post()).code).toBe('oauth:user_info_fetch_failed')
    github.check = { status: 200, body: { nothing: true } }
    expect((await post()).code).toBe('oauth:user_info_parse_failed')
  })
})
