import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { appWith } from '../support/mail-way.ts'
import { newPerson } from '../support/people.ts'
import { type Claims, startProviders } from '../support/provider.ts'

const nonceUrl = '/v0/auth/oauth/google/one-tap/nonce'
const loginUrl = '/v0/auth/oauth/google/one-tap/login'
const { provider, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await stop()
})

let subjects = 0
const newcomer = (): Claims => ({ sub: `tap-${++subjects}`, email: newPerson().email, email_verified: true })
const askNonce = async (client: TestClient) => (await client.get(nonceUrl)).body.nonce
const post = async (client: TestClient, claims: Claims) =>
  client.post(loginUrl, { credential: await provider.idToken({ ...newcomer(), ...claims }) })

describe(`GET ${nonceUrl}`, () => {
  test('names the browser by a cookie of a year, which stays; every nonce is another', async () => {
    const client = app.client()
    const answer = await client.get(nonceUrl)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.setCookies).toEqual([
      expect.stringMatching(
        /^__Host-anonymous_user_id=\S+; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
      expect.stringMatching(/^__Host-anonymous_user_id_[0-9a-f]{8}=\S+; Max-Age=1800; Path=\//),
    ])
    const again = await client.get(nonceUrl)
    expect(again.setCookies).toEqual([])
    expect(again.body.nonce).not.toBe(answer.body.nonce)
  })

  test('oauth:provider_not_found', async () => {
    expect((await (await appWith({})).client().get(nonceUrl)).code).toBe('oauth:provider_not_found')
  })

  test('oauth:invalid_auth_url while the issuer cannot be read', async () => {
    const cut = await appWith({ ...env, GOOGLE_ISSUER: 'http://127.0.0.1:1' })
    expect((await cut.client().get(nonceUrl)).code).toBe('oauth:invalid_auth_url')
  })
})

describe(`POST ${loginUrl}`, () => {
  test('from the first sight to an account: its sign-up ends in this browser alone', async () => {
    const client = app.client()
    const claims: Claims = { ...newcomer(), preferred_username: `tapper_${subjects}` }
    const { body, status } = await post(client, { ...claims, nonce: await askNonce(client) })
    expect([status, body]).toEqual([
      200,
      { pending_token: expect.any(String), email: claims.email, suggested_handle: claims.preferred_username },
    ])
    const wish = { pending_token: body.pending_token, handle: claims.preferred_username, display_name: 'Tapper' }
    expect((await app.client().post('/v0/auth/complete-signup', wish)).code).toBe('user:invalid_token')
    expect((await client.post('/v0/app/auth/complete-signup', wish)).code).toBe('user:invalid_token')
    expect((await client.post('/v0/auth/complete-signup', wish)).status).toBe(204)
    expect((await client.get('/v0/user/me')).body.email).toBe(claims.email)
  })

  const misuses: Record<string, (client: TestClient, nonce: unknown) => Promise<readonly [TestClient, Claims]>> = {
    'the nonce of another browser': async (_client, nonce) => {
      const other = app.client()
      await other.get(nonceUrl)
      return [other, { nonce }]
    },
    'a browser without its cookie': async (_client, nonce) => [app.client(), { nonce }],
    'a browser with a cookie of its own making': async (_client, nonce) => {
      const other = app.client()
      other.cookies.set('__Host-anonymous_user_id', `1.${'A'.repeat(43)}.${'A'.repeat(43)}`)
      return [other, { nonce }]
    },
    'no nonce': async (client) => [client, {}],
    'a nonce that is no text': async (client) => [client, { nonce: 1 }],
    'a nonce that nobody gave': async (client) => [client, { nonce: 'made up' }],
    'a nonce that is too old': async (client, nonce) => {
      await app.sql('update oauth_states set expires_at = now() where expires_at > now()')
      return [client, { nonce }]
    },
    'the state of a code flow': async (client) => {
      const { auth_url: url } = (await client.get('/v0/auth/oauth/google/authorize')).body
      return [client, { nonce: new URL(String(url)).searchParams.get('state') }]
    },
  }
  test.each(Object.entries(misuses))('oauth:invalid_id_token for %s', async (_name, misuse) => {
    const client = app.client()
    const [sender, claims] = await misuse(client, await askNonce(client))
    expect((await post(sender, claims)).code).toBe('oauth:invalid_id_token')
  })

  test.each(['junk', 'a.b.c', '..', '"', `${'e30.'.repeat(4)}e30`])(
    'oauth:invalid_id_token for %j',
    async (credential) => {
      expect((await app.client().post(loginUrl, { credential })).code).toBe('oauth:invalid_id_token')
    },
  )

  test('a credential opens once, also when it is posted 20 times at once', async () => {
    const client = app.client()
    const credential = await provider.idToken({ ...newcomer(), nonce: await askNonce(client) })
    const all = await Promise.all(Array.from({ length: 20 }, () => client.post(loginUrl, { credential })))
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(all.filter(({ code }) => code === 'oauth:invalid_id_token')).toHaveLength(19)
    expect((await client.post(loginUrl, { credential })).code).toBe('oauth:invalid_id_token')
  })

  test('a credential that does not verify uses up nothing; nor may a nonce serve as a state', async () => {
    const client = app.client()
    const nonce = await askNonce(client)
    expect((await post(client, { nonce, aud: 'somebody' })).code).toBe('oauth:invalid_id_token')
    const arrival = { code: 'code', state: nonce }
    expect((await client.post('/v0/auth/oauth/google/login', arrival)).code).toBe('oauth:invalid_state')
    expect((await post(client, { nonce })).status).toBe(200)
  })
})
