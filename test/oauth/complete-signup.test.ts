import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, newPerson, signedUp, signUp } from '../support/people.ts'
import { arrive, OidcProvider } from '../support/provider.ts'

const provider = new OidcProvider()
let app: TestApp
beforeAll(async () => {
  const issuer = await provider.start()
  app = await startApp({
    GOOGLE_CLIENT_ID: provider.clientId,
    GOOGLE_CLIENT_SECRET: provider.clientSecret,
    GOOGLE_ISSUER: issuer,
  })
})
afterAll(async () => {
  await app.close()
  await provider.stop()
})

let count = 0
const newHandle = () => `new_${++count}_x`

describe.each(['', '/app'])('POST /v0%s/auth/complete-signup', (form) => {
  const url = `/v0${form}/auth/complete-signup`
  /** Somebody who came back from the provider on this form. */
  async function arrived(email = newPerson().email): Promise<{ client: TestClient; token: string; email: string }> {
    const claims = { sub: `new-${++count}`, email, email_verified: true }
    provider.reset(claims)
    const client = app.client()
    const answer =
      form === ''
        ? await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
        : await client.post('/v0/app/auth/oauth/google/token', { id_token: await provider.idToken(claims) })
    expect(answer.status).toBe(200)
    return { client, token: String(answer.body.pending_token), email }
  }
  const complete = (client: TestClient, token: unknown, handle: unknown = newHandle(), name: unknown = 'Some One') =>
    client.post(url, { pending_token: token, handle, display_name: name })

  test('an account with that connection and without a password, signed in, on no known device', async () => {
    const { client, token, email } = await arrived()
    const answer = await complete(client, token)
    expect(answer.status).toBe(form === '' ? 204 : 200)
    expect(client.cookies.has('__Host-device_id')).toBe(false)
    const headers = form === '' ? {} : { authorization: `Bearer ${answer.body.token}` }
    expect((await client.get('/v0/user/me', { headers })).body).toMatchObject({ email, has_password: false })
    const { body } = await client.get('/v0/auth/oauth/connections', { headers })
    expect(body.connections).toEqual([{ provider: 'google', email, created_at: expect.any(String) }])
  })

  test('the very same request again opens a session again; 20 at once make one account', async () => {
    const { client, token, email } = await arrived()
    const handle = newHandle()
    const answers = await Promise.all(Array.from({ length: 20 }, () => complete(client, token, handle)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([form === '' ? 204 : 200]))
    expect(await app.sql('select id from users where email = $1', [email])).toHaveLength(1)
    expect((await complete(client, token, newHandle())).code).toBe('user:invalid_token')
    expect((await complete(client, token, handle, 'Another')).code).toBe('user:invalid_token')
    await app.sql("update oauth_sign_ups set used_at = now() - interval '61 seconds' where used_at is not null")
    expect((await complete(client, token, handle)).code).toBe('user:invalid_token')
  })

  test('user:invalid_token: malformed, unknown, of another browser or form', async () => {
    const { client, token } = await arrived()
    for (const junk of ['junk', makeToken('pendingOauth').text, makeToken('session').text])
      expect((await complete(client, junk)).code).toBe('user:invalid_token')
    if (form === '') expect((await complete(app.client(), token)).code).toBe('user:invalid_token')
    const other = form === '' ? '/v0/app/auth/complete-signup' : '/v0/auth/complete-signup'
    const wish = { pending_token: token, handle: newHandle(), display_name: 'X' }
    expect((await client.post(other, wish)).code).toBe('user:invalid_token')
    expect((await complete(client, token)).status).toBeLessThan(300)
  })

  test('user:token_expired', async () => {
    const { client, token } = await arrived()
    await app.sql('update oauth_sign_ups set expires_at = now() where expires_at > now()')
    expect((await complete(client, token)).code).toBe('user:token_expired')
  })

  test("user:handle_already_exists: of a user and of another's reservation; nothing is used up", async () => {
    const { client, token } = await arrived()
    const { person } = await signedUp(app)
    const waiting = await signUp(app)
    for (const taken of [person.handle.toUpperCase(), waiting.handle])
      expect((await complete(client, token, taken)).code).toBe('user:handle_already_exists')
    await app.sql('update handles set expires_at = now() where key = $1', [waiting.handle])
    expect((await complete(client, token, waiting.handle)).status).toBeLessThan(300)
  })

  test("the own address's sign-up by mail ends, with its link and its handle", async () => {
    const waiting = await signUp(app)
    const link = await mailedToken(app, waiting.email)
    const { client, token } = await arrived(waiting.email)
    expect((await complete(client, token, waiting.handle)).status).toBeLessThan(300)
    const answer = await app.client().post('/v0/auth/verify-email', { token: link })
    expect(answer.code).toBe('token:invalid_verification')
  })

  test('oauth:email_already_exists when the address was registered meanwhile', async () => {
    const { client, token, email } = await arrived()
    await signedUp(app, { email })
    expect((await complete(client, token)).code).toBe('oauth:email_already_exists')
  })

  test('oauth:handle_required', async () => {
    const { client, token } = await arrived()
    for (const handle of ['', null]) expect((await complete(client, token, handle)).code).toBe('oauth:handle_required')
    expect((await client.post(url, { pending_token: token, display_name: 'X' })).code).toBe('oauth:handle_required')
  })

  test('general:bad_request and general:validation_error', async () => {
    const { client, token } = await arrived()
    expect((await complete(client, token, newHandle(), 1)).code).toBe('general:bad_request')
    expect((await complete(client, token, 'admin')).code).toBe('general:validation_error')
    expect((await complete(client, token, newHandle(), '<b>')).code).toBe('general:validation_error')
  })
})
