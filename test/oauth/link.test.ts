import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { appWith } from '../support/mail-way.ts'
import { mailsTo, signedInOnDevice, signedUp } from '../support/people.ts'
import { arrive, historyOf, startProviders } from '../support/provider.ts'

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
const linkUrl = '/v0/auth/oauth/google/link'
/** Comes back from the provider as this subject. */
async function link(client: TestClient, sub = `linked-${++subjects}`, claims: object = {}) {
  provider.reset({ sub, email: `${sub}@example.com`, email_verified: true, ...claims })
  return client.post(linkUrl, await arrive(client, 'google', '?flow=link&redirect_to=/account'))
}
const connections = async (client: TestClient) =>
  ((await client.get('/v0/auth/oauth/connections')).body.connections as { provider: string }[]).map(
    (one) => one.provider,
  )

describe('POST /v0/auth/oauth/{provider}/link', () => {
  test('the account can be signed in to that way; a notice and an event', async () => {
    const { person, client } = await signedUp(app)
    const answer = await link(client)
    expect([answer.status, answer.headers['x-redirect-to']]).toEqual([204, '/account'])
    expect(await connections(client)).toEqual(['google'])
    expect((await historyOf(client))[0]).toBe('oauth_linked')
    expect((await mailsTo(app, person.email, 2))[0]?.subject).toBe('A new way to sign in was added')
    const browser = app.client()
    const login = await browser.post('/v0/auth/oauth/google/login', await arrive(browser, 'google'))
    expect([login.status, login.body]).toEqual([204, {}])
  })

  test('oauth:account_already_linked: to another account, to this one, or another identity of the provider', async () => {
    const { client } = await signedUp(app)
    const { client: other } = await signedUp(app)
    expect((await link(client, 'one-and-only')).status).toBe(204)
    for (const [who, sub] of [
      [other, 'one-and-only'],
      [client, 'one-and-only'],
      [client, 'somebody-else'],
    ] as const)
      expect((await link(who, sub)).code).toBe('oauth:account_already_linked')
  })

  test('an identity whose address nobody vouches for is linked, without the address', async () => {
    const { client } = await signedUp(app)
    expect((await link(client, 'unvouched', { email_verified: false })).status).toBe(204)
    const { body } = await client.get('/v0/auth/oauth/connections')
    expect(body.connections).toEqual([{ provider: 'google', created_at: expect.any(String) }])
  })

  test('of two accounts that link one identity at once one gets it', async () => {
    const clients = [(await signedUp(app)).client, (await signedUp(app)).client]
    provider.reset({ sub: 'raced-for' })
    const arrivals = [await arrive(clients[0] as TestClient, 'google', '?flow=link')]
    arrivals.push(await arrive(clients[1] as TestClient, 'google', '?flow=link'))
    const answers = await Promise.all(clients.map((client, index) => client.post(linkUrl, arrivals[index])))
    expect(answers.map(({ code }) => code).sort()).toEqual(['oauth:account_already_linked', undefined])
  })

  describe('oauth:invalid_state [OA6]', () => {
    const linkState = (client: TestClient) => arrive(client, 'google', '?flow=link')
    const codeOf = async (client: TestClient, sent: object) => (await client.post(linkUrl, sent)).code

    test('of a sign-in, and at a sign-in', async () => {
      const { client } = await signedUp(app)
      expect(await codeOf(client, await arrive(client, 'google'))).toBe('oauth:invalid_state')
      const login = await client.post('/v0/auth/oauth/google/login', await linkState(client))
      expect(login.code).toBe('oauth:invalid_state')
    })

    test('of another session of the account, and of another account, in the same browser; it stays good for its own', async () => {
      provider.reset({ sub: `linked-${++subjects}` })
      const { person, client } = await signedInOnDevice(app)
      const own = client.cookies.get('__Host-session_id') ?? ''
      const sent = await linkState(client)
      expect((await client.post('/v0/auth/login', person)).status).toBe(204)
      expect(await codeOf(client, sent)).toBe('oauth:invalid_state')
      const { client: other } = await signedUp(app)
      client.cookies.set('__Host-session_id', other.cookies.get('__Host-session_id') ?? '')
      expect(await codeOf(client, sent)).toBe('oauth:invalid_state')
      client.cookies.set('__Host-session_id', own)
      expect(await codeOf(client, sent)).toBe(undefined)
    })

    test('in another browser with the same session; of another provider; unknown; used before', async () => {
      const { client } = await signedUp(app)
      provider.reset({ sub: `linked-${++subjects}` })
      const sent = await linkState(client)
      const thief = app.client()
      thief.cookies.set('__Host-session_id', client.cookies.get('__Host-session_id') ?? '')
      expect(await codeOf(thief, sent)).toBe('oauth:invalid_state')
      expect((await client.post('/v0/auth/oauth/github/link', sent)).code).toBe('oauth:invalid_state')
      expect(await codeOf(client, { ...sent, iss: 'https://evil.example' })).toBe('oauth:invalid_state')
      expect(await codeOf(client, { ...sent, state: 'unknown' })).toBe('oauth:invalid_state')
      expect(await codeOf(client, sent)).toBe(undefined)
      expect(await codeOf(client, sent)).toBe('oauth:invalid_state')
    })
  })

  test('the session need not be fresh any more, nor be another one', async () => {
    const { person, client } = await signedUp(app)
    provider.reset({ sub: `linked-${++subjects}` })
    const sent = await arrive(client, 'google', '?flow=link')
    await app.sql(
      "update sessions set authenticated_at = now() - interval '1 hour' where user_id = (select id from users where email = $1)",
      [person.email],
    )
    expect((await client.post(linkUrl, sent)).status).toBe(204)
  })

  test('oauth:state_expired', async () => {
    const { client } = await signedUp(app)
    const sent = await arrive(client, 'google', '?flow=link')
    await app.sql('update oauth_states set expires_at = now() where expires_at > now()')
    expect((await client.post(linkUrl, sent)).code).toBe('oauth:state_expired')
  })

  test('oauth:provider_not_found', async () => {
    const { client } = await signedUp(app)
    const answer = await client.post('/v0/auth/oauth/nobody/link', { code: 'c', state: 's' })
    expect(answer.code).toBe('oauth:provider_not_found')
  })

  test.each([
    ['oauth:token_exchange_failed', { token: { status: 400, body: { error: 'invalid_grant' } } }],
    ['oauth:user_info_fetch_failed', { userinfo: { status: 500 } }],
    ['oauth:user_info_parse_failed', { userinfo: { body: {} } }],
  ])('%s', async (code, shape) => {
    const { client } = await signedUp(app)
    provider.reset({ sub: 'x' })
    const sent = await arrive(client, 'google', '?flow=link')
    Object.assign(provider, shape)
    const answer = await client.post(linkUrl, sent)
    expect([answer.code, answer.headers['x-redirect-to']]).toEqual([code, undefined])
    expect(await connections(client)).toEqual([])
  })

  test('oauth:invalid_auth_url while the issuer cannot be read', async () => {
    const cut = await appWith({ ...env, GOOGLE_ISSUER: 'http://127.0.0.1:1' })
    const { client } = await signedUp(cut)
    expect((await client.post(linkUrl, { code: 'c', state: 's' })).code).toBe('oauth:invalid_auth_url')
  })

  test('general:bad_request', async () => {
    const { client } = await signedUp(app)
    for (const body of [{}, { code: 'c' }, { code: 1, state: 's' }, { code: 'c', state: 's', iss: 1 }])
      expect((await client.post(linkUrl, body)).code).toBe('general:bad_request')
  })
})
