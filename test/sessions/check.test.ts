import { describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, useApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'

const url = '/v0/auth/check'
const app = useApp()

const cleared = '__Host-session_id=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'
const names = ['X-User-Id', 'X-User-Roles', 'X-Session-Id']

/** An account, its one session, and the headers that say so. */
async function signedIn() {
  const { person, client } = await signedUp(app)
  const { id } = (await client.get('/v0/user/me')).body
  const [session] = (await client.get('/v0/auth/sessions')).body.sessions as { management_id: string }[]
  const identity = { 'x-user-id': id, 'x-user-roles': '', 'x-session-id': session?.management_id }
  return { person, client, identity, token: client.cookies.get('__Host-session_id') ?? '' }
}

const withSession = (token: string) => app.client().get(url, { headers: { cookie: `__Host-session_id=${token}` } })
const withHeader = (authorization: string) => app.client().get(url, { headers: { authorization } })

describe(`GET ${url}`, () => {
  test('says who is signed in, by cookie and by bearer', async () => {
    const { token, identity } = await signedIn()
    for (const answer of [await withSession(token), await withHeader(`Bearer ${token}`)]) {
      expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
      expect(answer.headers).toMatchObject(identity)
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  test('names the session that asks, not what the client wrote', async () => {
    const { client, identity } = await signedIn()
    const headers = { 'x-user-id': 'somebody', 'x-user-roles': 'admin', 'x-session-id': 'another' }
    expect((await client.get(url, { headers })).headers).toMatchObject(identity)
  })

  test('HEAD answers the same', async () => {
    const { token, identity } = await signedIn()
    const headers = { host: 'auth.example.com', cookie: `__Host-session_id=${token}` }
    const reply = await app.app.inject({ method: 'HEAD', url, headers })
    expect([reply.statusCode, reply.body]).toEqual([204, ''])
    expect(reply.headers).toMatchObject(identity)
  })

  test('has no rate limit, as a proxy asks for all its users', async () => {
    const strict = await startApp({ RATE_LIMITS: '0.001' })
    for (let time = 0; time < 20; time++) {
      const { code, headers } = await strict.client().get(url)
      expect(code).toBe('user:unauthorized')
      for (const name of ['ratelimit', 'ratelimit-policy', 'retry-after']) expect(headers).not.toHaveProperty(name)
    }
    await strict.close()
    const { client } = await signedIn()
    for (const name of ['ratelimit', 'ratelimit-policy'])
      expect((await client.get(url)).headers).not.toHaveProperty(name)
  })

  test('user:unauthorized, without a word about anybody', async () => {
    const answer = await app.client().get(url)
    expect([answer.status, answer.code, answer.setCookies]).toEqual([401, 'user:unauthorized', []])
    for (const name of names) expect(answer.headers).not.toHaveProperty(name.toLowerCase())
  })

  describe('a session that is none: a cookie with it is cleared, a bearer is not answered with cookies', () => {
    const expectRefusal = async (token: string, code: string) => {
      const browser = await withSession(token)
      expect([browser.status, browser.code, browser.setCookies]).toEqual([401, code, [cleared]])
      const other = await withHeader(`Bearer ${token}`)
      expect([other.status, other.code, other.setCookies]).toEqual([401, code, []])
      for (const { headers } of [browser, other])
        for (const name of names) expect(headers).not.toHaveProperty(name.toLowerCase())
    }

    test('user:invalid_session, malformed, ended, and revoked a moment ago', async () => {
      await expectRefusal('junk', 'user:invalid_session')
      const { client, token } = await signedIn()
      await client.post('/v0/auth/logout')
      await expectRefusal(token, 'user:invalid_session')
      const { client: revoked, token: dead, identity } = await signedIn()
      const id = identity['x-session-id']
      expect((await revoked.send('DELETE', `/v0/auth/sessions/${id}`)).status).toBe(204)
      await expectRefusal(dead, 'user:invalid_session')
    })

    test('session:not_found', async () => {
      await expectRefusal(makeToken('session').text, 'session:not_found')
    })

    test('session:expired', async () => {
      const { token, identity } = await signedIn()
      await app.sql("update sessions set expires_at = now() - interval '1 second' where id = $1", [
        identity['x-session-id'],
      ])
      await expectRefusal(token, 'session:expired')
    })

    test('session:invalid_user_id', async () => {
      const { person, token } = await signedIn()
      await app.sql('delete from users where email = $1', [person.email])
      await expectRefusal(token, 'session:invalid_user_id')
    })
  })
})
