import { describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { useApp } from '../support/app.ts'
import { signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/auth/logout'
const app = useApp()

const cleared = '__Host-session_id=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'

function inBrowser(token: string) {
  const client = app.client()
  client.cookies.set('__Host-session_id', token)
  return client
}

function inApp(token: string) {
  const client = app.client()
  client.headers.authorization = `Bearer ${token}`
  return client
}

/** An account and the text of its one session. */
async function signedIn() {
  const { person, client } = await signedUp(app)
  return { person, client, token: client.cookies.get('__Host-session_id') ?? '' }
}

describe(`POST ${url}`, () => {
  test('clears the cookie and ends the session', async () => {
    const { client, token } = await signedIn()
    const answer = await client.post(url)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, [cleared]])
    expect(client.cookies.size).toBe(0)
    expect((await inBrowser(token).get('/v0/user/me')).code).toBe('user:invalid_session')
    expect((await inApp(token).get('/v0/user/me')).code).toBe('user:invalid_session')
  })

  test('of an app, by its bearer', async () => {
    const { token } = await signedIn()
    const client = inApp(token)
    expect((await client.post(url)).status).toBe(204)
    expect((await client.get('/v0/user/me')).code).toBe('user:invalid_session')
  })

  test('of the cookie where a bearer is sent as well', async () => {
    const { client, token } = await signedIn()
    const { token: other } = await signedIn()
    await client.post(url, undefined, { headers: { authorization: `Bearer ${other}` } })
    expect((await inApp(token).get('/v0/user/me')).code).toBe('user:invalid_session')
    expect((await inApp(other).get('/v0/user/me')).status).toBe(200)
  })

  test("the account's other sessions go on, and so does the device", async () => {
    const { person, client } = await signedInOnDevice(app)
    const first = client.cookies.get('__Host-session_id') ?? ''
    const login = { email: person.email, password: person.password }
    expect((await client.post('/v0/auth/login', login)).status).toBe(204)
    expect((await client.post(url)).status).toBe(204)
    expect((await inBrowser(first).get('/v0/user/me')).body.email).toBe(person.email)
    expect((await client.post('/v0/auth/login', login)).status).toBe(204)
  })

  test('of 20 at once: the session ends, and nobody gets an error other than that it has', async () => {
    const { token } = await signedIn()
    const answers = await Promise.all(Array.from({ length: 20 }, () => inBrowser(token).post(url)))
    for (const { status, code } of answers) expect([204, 'user:invalid_session']).toContain(code ?? status)
    expect(answers.some(({ status }) => status === 204)).toBe(true)
  })

  test.each([
    ['{"broken', 'application/json'],
    ['', 'application/json'],
    ['{"broken', 'text/plain'],
    ['a=b', 'application/x-www-form-urlencoded'],
    ['<a/>', 'no/such; type'],
    ['x'.repeat(100_000), 'application/json'],
  ])('body and content type are ignored: %.20s as %s', async (body, type) => {
    const { client } = await signedIn()
    expect((await client.post(url, body, { headers: { 'content-type': type } })).status).toBe(204)
  })

  test('an unread body does not spoil the connection for the next request', async () => {
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const { token } = await signedIn()
      const cookie = `__Host-session_id=${token}`
      const body = new Blob(['{"broken'.repeat(1000)]).stream()
      const known = 'transfer-encoding' in headers ? { body, duplex: 'half' } : { body: '{"broken'.repeat(1000) }
      const request = { method: 'POST', headers: { cookie, 'content-type': 'application/json' }, ...known }
      const reply = await fetch(`${app.origin}${url}`, request as RequestInit)
      expect([reply.status, await reply.text()]).toEqual([204, ''])
      const after = await fetch(`${app.origin}/v0/user/me`, { headers: { cookie } })
      expect([after.status, after.headers.get('x-error-code')]).toEqual([401, 'user:invalid_session'])
    }
  })

  test('GET and HEAD end nothing [SE9]', async () => {
    const { person, client, token } = await signedIn()
    for (const method of ['GET', 'HEAD'] as const) {
      const headers = { host: 'auth.example.com', cookie: `__Host-session_id=${token}` }
      expect((await app.app.inject({ method, url, headers })).statusCode).toBe(404)
    }
    expect((await client.get('/v0/user/me')).body.email).toBe(person.email)
  })

  test('is in the audit', async () => {
    const { person, client } = await signedIn()
    await client.post(url)
    const events = await app.sql(
      "select type from security_events where type = 'logout' and user_id = (select id from users where email = $1)",
      [person.email],
    )
    expect(events).toHaveLength(1)
  })

  test('user:unauthorized', async () => {
    const answer = await app.client().post(url)
    expect([answer.status, answer.code, answer.setCookies]).toEqual([401, 'user:unauthorized', []])
  })

  describe('a session that is none: a cookie with it is cleared, a bearer is not answered with cookies', () => {
    const expectRefusal = async (token: string, code: string) => {
      const browser = await inBrowser(token).post(url)
      expect([browser.status, browser.code, browser.setCookies]).toEqual([401, code, [cleared]])
      const other = await inApp(token).post(url)
      expect([other.status, other.code, other.setCookies]).toEqual([401, code, []])
    }

    test('user:invalid_session, malformed or ended', async () => {
      await expectRefusal('junk', 'user:invalid_session')
      const { client, token } = await signedIn()
      await client.post(url)
      await expectRefusal(token, 'user:invalid_session')
    })

    test('session:not_found', async () => {
      await expectRefusal(makeToken('session').text, 'session:not_found')
    })

    test('session:expired', async () => {
      const { person, token } = await signedIn()
      await app.sql(
        "update sessions set expires_at = now() - interval '1 second' where user_id = (select id from users where email = $1)",
        [person.email],
      )
      await expectRefusal(token, 'session:expired')
    })

    test('session:invalid_user_id', async () => {
      const { person, token } = await signedIn()
      await app.sql('delete from users where email = $1', [person.email])
      await expectRefusal(token, 'session:invalid_user_id')
    })
  })
})
