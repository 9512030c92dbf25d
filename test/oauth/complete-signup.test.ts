import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { mailedToken, newPerson, signedUp, signUp } from '../support/people.ts'
import { arrive, historyOf, OidcProvider } from '../support/provider.ts'

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
  async function arrived(email = newPerson().email) {
    const sub = `new-${++count}`
    const claims = { sub, email, email_verified: true }
    provider.reset(claims)
    const client = app.client()
    const answer =
      form === ''
        ? await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
        : await client.post('/v0/app/auth/oauth/google/token', { id_token: await provider.idToken(claims) })
    expect(answer.status).toBe(200)
    return { client, token: String(answer.body.pending_token), email, sub }
  }
  /** The app sends the session that it was given; a browser has its cookie. */
  const sessionIn = (answer: Answer | undefined): Record<string, string> =>
    form === '' ? {} : { authorization: `Bearer ${answer?.body.token}` }
  const complete = (client: TestClient, token: unknown, handle: unknown = newHandle(), name: unknown = 'Some One') =>
    client.post(url, { pending_token: token, handle, display_name: name })

  test('an account with that connection and without a password, signed in, on a known device [FD80]', async () => {
    const { client, token, email } = await arrived()
    const answer = await complete(client, token)
    if (form === '') {
      expect([answer.status, answer.body]).toEqual([204, {}])
      expect(answer.setCookies).toEqual([
        expect.stringMatching(/^__Host-session_id=pst_\S{49}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
        expect.stringMatching(/^__Host-device_id=pdt_\S{49}; Max-Age=34560000; /),
      ])
    } else {
      const token = expect.stringMatching(/^pst_\S{49}$/)
      expect([answer.status, answer.body]).toEqual([
        200,
        { token, device_token: expect.stringMatching(/^pdt_\S{49}$/) },
      ])
      expect(answer.setCookies).toEqual([])
    }
    const headers = sessionIn(answer)
    expect(await historyOf(client, headers)).toEqual(['device_added', 'sign_up'])
    expect((await client.get('/v0/user/me', { headers })).body).toMatchObject({ email, has_password: false })
    const { body } = await client.get('/v0/auth/oauth/connections', { headers })
    expect(body.connections).toEqual([{ provider: 'google', email, created_at: expect.any(String) }])
  })

  test('the very same request again opens a session again and makes nothing twice; 20 at once make one account', async () => {
    const { client, token, email } = await arrived()
    const handle = newHandle()
    const answers = await Promise.all(Array.from({ length: 20 }, () => complete(client, token, handle)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([form === '' ? 204 : 200]))
    const users = await app.sql<{ id: string }>('select id from users where email = $1', [email])
    expect(users).toHaveLength(1)
    for (const [table, count] of [
      ['oauth_identities', 1],
      ['handles', 1],
      ['sessions', 20],
    ] as const)
      expect(await app.sql(`select 1 from ${table} where user_id = $1`, [users[0]?.id])).toHaveLength(count)
    const events = await app.sql('select 1 from security_events where type = $1 and user_id = $2', [
      'sign_up',
      users[0]?.id,
    ])
    expect(events).toHaveLength(1)
  })

  test('user:invalid_token: used, with other fields or more than 60 seconds ago', async () => {
    const { client, token } = await arrived()
    const handle = newHandle()
    expect((await complete(client, token, handle)).status).toBeLessThan(300)
    const age = (seconds: number) =>
      app.sql(`update oauth_sign_ups set used_at = now() - interval '${seconds} seconds' where used_at is not null`)
    await age(55)
    expect((await complete(client, token, handle)).status).toBeLessThan(300)
    expect((await complete(client, token, newHandle())).code).toBe('user:invalid_token')
    expect((await complete(client, token, handle, 'Another')).code).toBe('user:invalid_token')
    await age(61)
    expect((await complete(client, token, handle)).code).toBe('user:invalid_token')
  })

  test('user:invalid_token: malformed, unknown, of another browser or form', async () => {
    const { client, token } = await arrived()
    for (const junk of ['junk', makeToken('pendingOauth').text, makeToken('session').text])
      expect((await complete(client, junk)).code).toBe('user:invalid_token')
    if (form === '') {
      const other = app.client()
      expect((await complete(other, token)).code).toBe('user:invalid_token')
      await arrive(other, 'google')
      expect((await complete(other, token)).code).toBe('user:invalid_token')
    }
    const other = form === '' ? '/v0/app/auth/complete-signup' : '/v0/auth/complete-signup'
    const wish = { pending_token: token, handle: newHandle(), display_name: 'X' }
    expect((await client.post(other, wish)).code).toBe('user:invalid_token')
    expect((await complete(client, token)).status).toBeLessThan(300)
  })

  test('user:token_expired', async () => {
    const { client, token } = await arrived()
    await app.sql('update oauth_sign_ups set expires_at = now() where expires_at > now()')
    const answer = await complete(client, token)
    expect([answer.status, answer.code, answer.setCookies]).toEqual([401, 'user:token_expired', []])
  })

  test('user:invalid_token when the identity was linked to an account meanwhile', async () => {
    const { client, token, sub } = await arrived()
    const { client: other } = await signedUp(app)
    provider.reset({ sub })
    const linked = await other.post('/v0/auth/oauth/google/link', await arrive(other, 'google', '?flow=link'))
    expect(linked.status).toBe(204)
    expect((await complete(client, token)).code).toBe('user:invalid_token')
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
    const { client, token } = await arrived(waiting.email.toUpperCase())
    expect((await complete(client, token, waiting.handle)).status).toBeLessThan(300)
    const answer = await app.client().post('/v0/auth/verify-email', { token: link })
    expect(answer.code).toBe('token:invalid_verification')
    const login = await app.client().post('/v0/auth/login', waiting)
    expect(login.code).toBe('auth:invalid_credentials')
  })

  test('no mail of it goes out any more, and the handle that it reserved is free', async () => {
    const waiting = await signUp(app)
    const { client, token } = await arrived(waiting.email)
    expect((await complete(client, token)).status).toBeLessThan(300)
    // What is superseded is not sent: test/mail/delivery.test.ts.
    const live = 'select 1 from mailed_tokens where address_key = $1 and superseded_at is null'
    expect(await app.sql(live, [waiting.email])).toEqual([])
    const { body } = await app.client().get(`/v0/users/handle/${waiting.handle}/available`)
    expect(body).toEqual({ available: true })
  })

  test('oauth:email_already_exists when the address was registered meanwhile', async () => {
    const { client, token, email } = await arrived()
    await signedUp(app, { email })
    const answer = await complete(client, token)
    expect([answer.status, answer.code, answer.setCookies]).toEqual([409, 'oauth:email_already_exists', []])
  })

  test('oauth:handle_required', async () => {
    const { client, token } = await arrived()
    for (const handle of ['', null]) expect((await complete(client, token, handle)).code).toBe('oauth:handle_required')
    expect((await client.post(url, { pending_token: token, display_name: 'X' })).code).toBe('oauth:handle_required')
  })

  test('general:bad_request, also where the handle is missing, too', async () => {
    const { client, token } = await arrived()
    const answer = await complete(client, token, newHandle(), 1)
    expect([answer.code, answer.body.fields]).toEqual([
      'general:bad_request',
      [{ path: '/display_name', rule: 'type' }],
    ])
    expect((await client.post(url, {})).body).toMatchObject({
      code: 'general:bad_request',
      fields: ['/pending_token', '/handle', '/display_name'].map((path) => ({ path, rule: 'required' })),
    })
  })

  test.each([
    ['admin', 'Some One', { path: '/handle', rule: 'reserved' }],
    ['abc', 'Some One', { path: '/handle', rule: 'min_length', limit: 4 }],
    ['a__b', 'Some One', { path: '/handle', rule: 'format' }],
    ['fine', '<b>', { path: '/display_name', rule: 'charset' }],
    ['fine', ' ', { path: '/display_name', rule: 'blank' }],
  ])(
    'general:validation_error for the handle %j and the name %j; nothing is used up',
    async (handle, name, problem) => {
      const { client, token } = await arrived()
      const answer = await complete(client, token, handle, name)
      expect([answer.code, answer.body.fields]).toEqual(['general:validation_error', [problem]])
      expect((await complete(client, token)).status).toBeLessThan(300)
    },
  )
})

test('suggested_handle is one that could be taken; where there is none it is left out', async () => {
  const comeAs = async (claims: object) => {
    provider.reset({ sub: `new-${++count}`, email_verified: true, ...claims })
    const client = app.client()
    const { status, body } = await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
    expect(status).toBe(200)
    return body.suggested_handle
  }
  const { person } = await signedUp(app)
  const waiting = await signUp(app)
  const free = `free_${++count}_x`
  expect(await comeAs({ email: `${free}@example.com`, preferred_username: person.handle })).toBe(free)
  expect(await comeAs({ email: `${free}@one.example.com`, preferred_username: waiting.handle })).toBe(free)
  expect(await comeAs({ email: `${free}@two.example.com`, preferred_username: 'Ädmin--' })).toBe(free)
  expect(await comeAs({ email: 'admin@example.com', preferred_username: 'me' })).toBeUndefined()
})
