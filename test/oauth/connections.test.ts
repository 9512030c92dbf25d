import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { arrive, startProviders } from '../support/provider.ts'

const { provider, github, env, stop } = await startProviders()
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
async function link(client: TestClient, sub = `linked-${++subjects}`) {
  provider.reset({ sub, email: `${sub}@example.com`, email_verified: true })
  return client.post(linkUrl, await arrive(client, 'google', '?flow=link&redirect_to=/account'))
}
async function linkGithub(client: TestClient) {
  github.user = { id: ++subjects, login: 'octo' }
  return client.post('/v0/auth/oauth/github/link', await arrive(client, 'github', '?flow=link'))
}
const unlink = (client: TestClient, slug: string) =>
  client.post('/v0/auth/oauth/connections/unlink', { provider: slug })
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
    expect((await mailsTo(app, person.email, 2))[0]?.subject).toBe('A new way to sign in was added')
    const browser = app.client()
    const login = await browser.post('/v0/auth/oauth/google/login', await arrive(browser, 'google'))
    expect([login.status, login.body]).toEqual([202, { status: 'device_verification_required' }])
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

  test('oauth:invalid_state of a sign-in, and of another session of the account [OA6]', async () => {
    const { client } = await signedUp(app)
    expect((await client.post(linkUrl, await arrive(client, 'google'))).code).toBe('oauth:invalid_state')
    const sent = await arrive(client, 'google', '?flow=link')
    await app.sql(
      'update oauth_states set session_id = gen_random_uuid() where session_id is not null and used_at is null',
    )
    expect((await client.post(linkUrl, sent)).code).toBe('oauth:invalid_state')
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
    expect((await client.post(linkUrl, sent)).code).toBe(code)
  })

  test('oauth:invalid_auth_url while the issuer cannot be read', async () => {
    const cut = await startApp({ ...env, GOOGLE_ISSUER: 'http://127.0.0.1:1' })
    const { client } = await signedUp(cut)
    expect((await client.post(linkUrl, { code: 'c', state: 's' })).code).toBe('oauth:invalid_auth_url')
    await cut.close()
  })
})

describe('POST /v0/auth/oauth/connections/unlink', () => {
  test('that provider opens the account no more; a notice and an event', async () => {
    const { person, client } = await signedUp(app)
    await link(client)
    expect((await unlink(client, 'google')).status).toBe(204)
    expect(await connections(client)).toEqual([])
    await expect
      .poll(async () => (await mailsTo(app, person.email, 3)).map(({ subject }) => subject))
      .toContain('A way to sign in was removed')
    const browser = app.client()
    const login = await browser.post('/v0/auth/oauth/google/login', await arrive(browser, 'google'))
    expect(login.body).toHaveProperty('pending_token')
  })

  test('oauth:connection_not_found', async () => {
    const { client } = await signedUp(app)
    for (const slug of ['google', 'nobody'])
      expect((await unlink(client, slug)).code).toBe('oauth:connection_not_found')
  })

  test('oauth:cannot_unlink_last_connection without a password, also when two are unlinked at once [TK7]', async () => {
    for (let round = 0; round < 10; round++) {
      const { person, client } = await signedUp(app)
      await link(client)
      expect((await linkGithub(client)).status).toBe(204)
      await app.sql('update users set password_hash = null where email = $1', [person.email])
      const answers = await Promise.all([unlink(client, 'google'), unlink(client, 'github')])
      expect(answers.map(({ code }) => code).sort()).toEqual(['oauth:cannot_unlink_last_connection', undefined])
      expect(await connections(client)).toHaveLength(1)
    }
  })
})
