import { describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { useApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { mailedToken, type Person, signedUp, signUp } from '../support/people.ts'

const app = useApp()

const sessionCookie = /^__Host-session_id=pst_[A-Za-z0-9_-]{49}; Path=\/; HttpOnly; Secure; SameSite=Lax$/
const deviceCookie =
  /^__Host-device_id=pdt_[A-Za-z0-9_-]{49}; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Lax$/

const browserLogin = '/v0/auth/login'
const appLogin = '/v0/app/auth/login'

/** The right password from a client that the account does not know yet; gives the token of the mailed link. */
async function heldLogin(person: Person, { client = app.client(), url = browserLogin, mails = 2 } = {}) {
  const answer = await client.post(url, { email: person.email, password: person.password })
  expect([answer.status, answer.body]).toEqual([202, { status: 'device_verification_required' }])
  return mailedToken(app, person.email, mails)
}

/** An account with one held login: the client that waits, and the token that it waits for. */
async function held(loginUrl = browserLogin) {
  const { person } = await signedUp(app)
  const waiting = app.client()
  return { person, waiting, token: await heldLogin(person, { client: waiting, url: loginUrl }) }
}

const emailOf = async (client: TestClient) => (await client.get('/v0/user/me')).body.email

const count = async (table: 'sessions' | 'devices', { email }: Person) =>
  (await app.sql(`select id from ${table} where user_id = (select id from users where email = $1)`, [email])).length

const refused = ({ status, code, body, setCookies }: Answer) => ({ status, code, body, setCookies })
const refusal = (status: number, code: string) => ({ status, code, body: { status, code }, setCookies: [] })
const invalid = refusal(400, 'token:invalid_device_verify')

describe.each(['/v0/auth/device/verify', '/v0/app/auth/device/verify'])('POST %s', (url) => {
  const isApp = url.includes('/app/')
  const success = isApp ? 200 : 204
  const verify = (body: unknown, client = app.client()) => client.post(url, body)

  /** Posts the link and carries on as the client that got the answer. */
  async function confirmed(token: string) {
    const client = app.client()
    const answer = await verify({ token }, client)
    expect(answer.status).toBe(success)
    if (isApp) {
      client.headers.authorization = `Bearer ${String(answer.body.token)}`
      client.headers['x-device-token'] = String(answer.body.device_token)
    }
    return { client, answer }
  }

  test.each([browserLogin, appLogin])(
    'makes the client known and signs it in; the login was held at %s',
    async (loginUrl) => {
      const { person, token } = await held(loginUrl)
      const { client, answer } = await confirmed(token)
      expect(answer.headers['cache-control']).toBe('no-store')
      if (isApp) {
        expect(answer.body).toEqual({
          token: expect.stringMatching(/^pst_[A-Za-z0-9_-]{49}$/),
          device_token: expect.stringMatching(/^pdt_[A-Za-z0-9_-]{49}$/),
        })
        expect(answer.setCookies).toEqual([])
      } else {
        expect(answer.body).toEqual({})
        expect(answer.setCookies).toEqual([expect.stringMatching(sessionCookie), expect.stringMatching(deviceCookie)])
      }
      expect(await emailOf(client)).toBe(person.email)
      const again = await client.post(isApp ? appLogin : browserLogin, {
        email: person.email,
        password: person.password,
      })
      expect(again.status).toBe(success)
    },
  )

  test('the client that waits is neither signed in nor known', async () => {
    const { person, waiting, token } = await held()
    await confirmed(token)
    expect(waiting.cookies.size).toBe(0)
    expect((await waiting.get('/v0/user/me')).code).toBe('user:unauthorized')
    await heldLogin(person, { client: waiting, mails: 3 })
  })

  test('logins that wait do so side by side, and each link works', async () => {
    const { person, token: first } = await held()
    const second = await heldLogin(person, { url: appLogin, mails: 3 })
    expect(second).not.toBe(first)
    const devices = [await confirmed(first), await confirmed(second)]
    for (const { client } of devices) expect(await emailOf(client)).toBe(person.email)
    expect(await count('devices', person)).toBe(2)
  })

  test('is no device of another account', async () => {
    const { token } = await held()
    const { client } = await confirmed(token)
    const { person: other } = await signedUp(app)
    const login = await client.post(isApp ? appLogin : browserLogin, { email: other.email, password: other.password })
    expect(login.status).toBe(202)
  })

  test('stores no token [SE1]', async () => {
    const { token } = await held()
    const { client } = await confirmed(token)
    const texts = [token, client.cookies.get('__Host-session_id'), client.cookies.get('__Host-device_id')]
    if (isApp) texts.splice(1, 2, client.headers.authorization?.slice(7), client.headers['x-device-token'])
    for (const table of ['sessions', 'devices', 'mailed_tokens', 'mails', 'security_events']) {
      const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`)
      const stored = rows.map(({ row }) => row).join('\n')
      for (const text of texts) expect(stored).not.toContain(text)
    }
  })

  test('of 100 posts of one token one wins: one device, one session more [TK1]', async () => {
    const { person, token } = await held()
    const before = await count('sessions', person)
    const answers = await Promise.all(Array.from({ length: 100 }, () => verify({ token })))
    expect(answers.filter(({ status }) => status === success)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'token:invalid_device_verify')).toHaveLength(99)
    expect(await count('devices', person)).toBe(1)
    expect(await count('sessions', person)).toBe(before + 1)
  })

  test('GET and HEAD never consume [SE9]', async () => {
    const { token } = await held()
    for (let visit = 0; visit < 100; visit++) {
      const method = visit % 2 === 0 ? 'GET' : 'HEAD'
      const reply = await app.app.inject({
        method,
        url: `${url}?token=${token}`,
        headers: { host: 'auth.example.com' },
      })
      expect([reply.statusCode, reply.headers['x-error-code'], reply.headers.allow]).toEqual([
        404,
        'system:not_found',
        'POST',
      ])
    }
    await confirmed(token)
  })

  describe('token:invalid_device_verify', () => {
    test('malformed', async () => {
      const { token } = await held()
      const flipped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
      for (const text of ['x', ' ', token.slice(0, -1), `${token}A`, flipped, `${token} `, token.toUpperCase()])
        expect(refused(await verify({ token: text }))).toEqual(invalid)
      await confirmed(token)
    })

    test('unknown, and a token of another kind', async () => {
      for (const kind of ['mailed', 'device', 'session', 'temporaryLogin'] as const)
        expect(refused(await verify({ token: makeToken(kind).text }))).toEqual(invalid)
    })

    test('used', async () => {
      const { person, token } = await held()
      await confirmed(token)
      expect(refused(await verify({ token }))).toEqual(invalid)
      expect(await count('devices', person)).toBe(1)
    })

    test('expired', async () => {
      const { person, token } = await held()
      await app.sql("update mailed_tokens set expires_at = now() - interval '1 second' where address_key = $1", [
        person.email,
      ])
      expect(refused(await verify({ token }))).toEqual(invalid)
      expect(await count('devices', person)).toBe(0)
    })

    test('a verification link, which goes on working', async () => {
      const person = await signUp(app)
      const token = await mailedToken(app, person.email)
      expect(refused(await verify({ token }))).toEqual(invalid)
      expect((await app.client().post('/v0/auth/verify-email', { token })).status).toBe(204)
      expect(refused(await verify({ token }))).toEqual(invalid)
    })

    test('of an account that is gone', async () => {
      const { person, token } = await held()
      await app.sql('delete from users where email = $1', [person.email])
      expect(refused(await verify({ token }))).toEqual(invalid)
    })
  })

  describe('FORBIDDEN', () => {
    test('in a browser with a live session of another account; nothing is consumed', async () => {
      const { person: other, client } = await signedUp(app)
      const { person, token } = await held()
      expect(refused(await verify({ token }, client))).toEqual(refusal(403, 'FORBIDDEN'))
      expect(await count('devices', person)).toBe(0)
      expect(await emailOf(client)).toBe(other.email)
      await confirmed(token)
    })

    test('not for a token that could not be used anyway', async () => {
      const { client } = await signedUp(app)
      expect(refused(await verify({ token: makeToken('mailed').text }, client))).toEqual(invalid)
    })

    test('not with a live session of the own account', async () => {
      const { person, client } = await signedUp(app)
      const token = await heldLogin(person)
      const held = client.cookies.get('__Host-session_id')
      const answer = await verify({ token }, client)
      expect(answer.status).toBe(success)
      expect(await emailOf(client)).toBe(person.email)
      if (!isApp) expect(client.cookies.get('__Host-session_id')).not.toBe(held)
    })

    test('not for a dead session, which is nobody, nor for a bearer', async () => {
      const { client: signedOut } = await signedUp(app)
      const revoked = signedOut.cookies.get('__Host-session_id') ?? ''
      await signedOut.post('/v0/auth/logout')
      for (const dead of ['junk', makeToken('session').text, revoked]) {
        const client = app.client()
        client.cookies.set('__Host-session_id', dead)
        expect((await verify({ token: (await held()).token }, client)).status).toBe(success)
      }
      const { client: other } = await signedUp(app)
      const bearer = app.client()
      bearer.headers.authorization = `Bearer ${other.cookies.get('__Host-session_id')}`
      expect((await verify({ token: (await held()).token }, bearer)).status).toBe(success)
    })
  })

  describe('general:bad_request', () => {
    test.each([
      [undefined, 'required'],
      [{}, 'required'],
      [{ token: null }, 'required'],
      [{ token: '' }, 'required'],
      [{ token: 1 }, 'type'],
      [{ token: {} }, 'type'],
    ])('%j', async (body, rule) => {
      const answer = await verify(body)
      expect([answer.status, answer.code, answer.body.fields]).toEqual([
        400,
        'general:bad_request',
        [{ path: '/token', rule }],
      ])
    })
    test('malformed JSON', async () => {
      expect((await verify('{"token":')).code).toBe('general:bad_request')
    })
  })
})
