import { describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { useApp } from '../support/app.ts'
import { signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/user/me'
const app = useApp()

const cleared = '__Host-session_id=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'

const withCookie = (cookie: string) => app.client().get(url, { headers: { cookie } })
const withSession = (token: string) => withCookie(`__Host-session_id=${token}`)
const withHeader = (authorization: string) => app.client().get(url, { headers: { authorization } })

/** An account, the text of its one session and that session's id. */
async function signedIn() {
  const { person, client } = await signedUp(app)
  const [row] = await app.sql<{ id: string }>(
    'select s.id from sessions s join users u on u.id = s.user_id where u.email = $1',
    [person.email],
  )
  return { person, client, token: client.cookies.get('__Host-session_id') ?? '', sessionId: row?.id ?? '' }
}

describe(`GET ${url}`, () => {
  test('shows exactly the documented fields', async () => {
    const { person, client } = await signedIn()
    const answer = await client.get(url)
    const { email, handle, display_name } = person
    expect([answer.status, answer.setCookies]).toEqual([200, []])
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      email,
      handle,
      display_name,
      is_banned: false,
      has_password: true,
      totp_enabled: false,
      passkeys: 0,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(Math.abs(Date.now() - Date.parse(String(answer.body.created_at)))).toBeLessThan(60_000)
  })

  test('has_password and totp_enabled say what is', async () => {
    const { person, client } = await signedIn()
    await app.sql('update users set password_hash = null, totp_enabled_at = now() where email = $1', [person.email])
    expect((await client.get(url)).body).toMatchObject({ has_password: false, totp_enabled: true })
  })

  test.each(['Bearer ', 'bearer ', 'BEARER  '])('by %j and the token', async (scheme) => {
    const { person, token } = await signedIn()
    expect((await withHeader(scheme + token)).body.email).toBe(person.email)
    expect((await withHeader(`${scheme + token} `)).body.email).toBe(person.email)
  })

  test('an empty cookie is none, so the bearer counts', async () => {
    const { person, token } = await signedIn()
    const headers = { cookie: '__Host-session_id=', authorization: `Bearer ${token}` }
    expect((await app.client().get(url, { headers })).body.email).toBe(person.email)
  })

  test('a bad cookie is not rescued by a good bearer', async () => {
    const { token } = await signedIn()
    for (const [bad, code] of [
      ['junk', 'user:invalid_session'],
      [makeToken('session').text, 'session:not_found'],
    ] as const) {
      const headers = { cookie: `__Host-session_id=${bad}`, authorization: `Bearer ${token}` }
      const answer = await app.client().get(url, { headers })
      expect([answer.status, answer.code, answer.setCookies]).toEqual([401, code, [cleared]])
    }
  })

  test('a good cookie is not spoilt by a bad bearer', async () => {
    const { person, client } = await signedIn()
    const answer = await client.get(url, { headers: { authorization: 'Bearer junk' } })
    expect(answer.body.email).toBe(person.email)
  })

  test('is not cached, not rate-limited, and an unknown query is ignored', async () => {
    const { person, client } = await signedIn()
    const answer = await client.get(`${url}?email=somebody@example.com&x[]=1`)
    expect(answer.body.email).toBe(person.email)
    expect(answer.headers['cache-control']).toBe('no-store')
    for (const name of ['ratelimit', 'ratelimit-policy', 'retry-after']) expect(answer.headers).not.toHaveProperty(name)
    const refusal = await app.client().get(url)
    expect(refusal.headers['cache-control']).toBe('no-store')
    for (const name of ['ratelimit', 'ratelimit-policy', 'retry-after'])
      expect(refusal.headers).not.toHaveProperty(name)
  })

  describe('a ban shows', () => {
    const ban = async (columns: string) => {
      const { person, client } = await signedIn()
      await app.sql(`update users set ${columns} where email = $1`, [person.email])
      const { status, body } = await client.get(url)
      expect(status).toBe(200)
      return body
    }

    test('with its end and reason', async () => {
      const body = await ban("banned_at = now(), banned_until = '2099-12-31T23:59:59Z', ban_reason = 'spam'")
      expect(body).toMatchObject({ is_banned: true, banned_until: '2099-12-31T23:59:59.000Z', ban_reason: 'spam' })
    })

    test('without an end', async () => {
      const body = await ban("banned_at = now(), ban_reason = 'spam'")
      expect(body).toMatchObject({ is_banned: true, ban_reason: 'spam' })
      expect(body).not.toHaveProperty('banned_until')
    })

    test('no longer once it is over', async () => {
      const body = await ban(
        "banned_at = now() - interval '1 hour', banned_until = now() - interval '1 second', ban_reason = 'spam'",
      )
      expect(body.is_banned).toBe(false)
      expect(body).not.toHaveProperty('banned_until')
      expect(body).not.toHaveProperty('ban_reason')
    })
  })

  describe('user:unauthorized', () => {
    test.each([
      ['nothing', {}],
      ['an empty cookie', { cookie: '__Host-session_id=' }],
      ['another cookie', { cookie: 'session_id=pst_x; __Secure-session_id=pst_x' }],
      ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
      ['a blank Bearer', { authorization: 'Bearer ' }],
      ['Bearer and no more', { authorization: 'Bearer' }],
      ['an empty Authorization', { authorization: '' }],
    ])('%s', async (_what, headers: Record<string, string>) => {
      const answer = await app.client().get(url, { headers })
      expect([answer.status, answer.body]).toEqual([401, { status: 401, code: 'user:unauthorized' }])
      expect(answer.setCookies).toEqual([])
    })

    test('a device token alone, as header and as cookie', async () => {
      const { client } = await signedInOnDevice(app)
      const device = client.cookies.get('__Host-device_id') ?? ''
      const headers = { 'x-device-token': device, cookie: `__Host-device_id=${device}` }
      expect((await app.client().get(url, { headers })).code).toBe('user:unauthorized')
    })
  })

  describe('a session that is none: a cookie with it is cleared, a bearer is not answered with cookies', () => {
    const expectRefusal = async (token: string, code: string) => {
      const body = { status: 401, code }
      const browser = await withSession(token)
      expect([browser.status, browser.body, browser.setCookies]).toEqual([401, body, [cleared]])
      const other = await withHeader(`Bearer ${token}`)
      expect([other.status, other.body, other.setCookies]).toEqual([401, body, []])
    }

    test('user:invalid_session when malformed: prefix, length, one character', async () => {
      const { token, client } = await signedIn()
      const changed = token.slice(0, 20) + (token[20] === 'A' ? 'B' : 'A') + token.slice(21)
      const kinds = (['device', 'mailed', 'refresh', 'temporaryLogin'] as const).map((kind) => makeToken(kind).text)
      for (const text of ['junk', 'pst_', `pdt_${token.slice(4)}`, token.slice(0, -1), `${token}A`, changed, ...kinds])
        await expectRefusal(text, 'user:invalid_session')
      expect((await client.get(url)).status).toBe(200)
    })

    test('user:invalid_session when revoked, also past its end', async () => {
      const { token, client, sessionId } = await signedIn()
      await client.post('/v0/auth/logout')
      await expectRefusal(token, 'user:invalid_session')
      await app.sql("update sessions set expires_at = now() - interval '1 second' where id = $1", [sessionId])
      await expectRefusal(token, 'user:invalid_session')
    })

    test('session:not_found when well-formed but unknown', async () => {
      await expectRefusal(makeToken('session').text, 'session:not_found')
    })

    test('session:expired when not used for the idle lifetime [SE4]', async () => {
      const { token, sessionId } = await signedIn()
      const idle = app.config.sessionIdleTtlSeconds
      await app.sql(
        `update sessions set created_at = created_at - $2 * interval '1 second',
           last_seen_at = last_seen_at - $2 * interval '1 second', expires_at = expires_at - $2 * interval '1 second'
         where id = $1`,
        [sessionId, idle],
      )
      await expectRefusal(token, 'session:expired')
    })

    test('session:expired at the end of the absolute lifetime, however much it was used [SE4]', async () => {
      const { token, client, sessionId } = await signedIn()
      await app.sql(
        "update sessions set last_seen_at = now() - interval '2 minutes', max_expires_at = now() + interval '1 second' where id = $1",
        [sessionId],
      )
      await client.get(url)
      await app.deps.lastSeen.flush()
      // Memory goes by the end that it read, which only this test ever brings forward.
      await app.sql('select from sessions where id = $1 and expires_at = max_expires_at', [sessionId])
      await expect
        .poll(async () => (await withHeader(`Bearer ${token}`)).code, { timeout: 10_000 })
        .toBe('session:expired')
      await expectRefusal(token, 'session:expired')
    })

    test('session:invalid_user_id when the account is gone', async () => {
      const { person, token } = await signedIn()
      await app.sql('delete from users where email = $1', [person.email])
      await expectRefusal(token, 'session:invalid_user_id')
    })
  })

  describe('use', () => {
    const lifetimes = async (sessionId: string) => {
      const [row] = await app.sql<{ idle: number; seen: number; left: number }>(
        `select extract(epoch from expires_at - last_seen_at)::float as idle,
           extract(epoch from now() - last_seen_at)::float as seen,
           extract(epoch from max_expires_at - expires_at)::float as left
         from sessions where id = $1`,
        [sessionId],
      )
      if (row === undefined) throw new Error('the session is gone')
      return row
    }

    test('prolongs the idle lifetime', async () => {
      const { client, sessionId } = await signedIn()
      await app.sql(
        "update sessions set last_seen_at = now() - interval '2 minutes', expires_at = now() + interval '1 minute' where id = $1",
        [sessionId],
      )
      expect((await client.get(url)).status).toBe(200)
      await app.deps.lastSeen.flush()
      // The timer may have been first, and its write still on the way.
      await expect.poll(async () => (await lifetimes(sessionId)).seen, { timeout: 10_000 }).toBeLessThan(30)
      expect((await lifetimes(sessionId)).idle).toBeCloseTo(app.config.sessionIdleTtlSeconds, 0)
    })

    test('but never beyond the absolute lifetime', async () => {
      const { client, sessionId } = await signedIn()
      await app.sql(
        `update sessions set last_seen_at = now() - interval '2 minutes', expires_at = now() + interval '1 minute',
           max_expires_at = now() + interval '5 minutes' where id = $1`,
        [sessionId],
      )
      await client.get(url)
      await app.deps.lastSeen.flush()
      await expect.poll(async () => (await lifetimes(sessionId)).seen, { timeout: 10_000 }).toBeLessThan(30)
      expect((await lifetimes(sessionId)).left).toBe(0)
    })

    test('at most once a minute', async () => {
      const { client, sessionId } = await signedIn()
      await app.sql("update sessions set last_seen_at = now() - interval '50 seconds' where id = $1", [sessionId])
      const before = await app.sql('select last_seen_at, expires_at from sessions where id = $1', [sessionId])
      for (let visit = 0; visit < 3; visit++) await client.get(url)
      await app.deps.lastSeen.flush()
      expect(await app.sql('select last_seen_at, expires_at from sessions where id = $1', [sessionId])).toEqual(before)
    })

    test('of a session that ended meanwhile brings nothing back', async () => {
      const { client, token, sessionId } = await signedIn()
      await app.sql("update sessions set last_seen_at = now() - interval '2 minutes' where id = $1", [sessionId])
      await client.get(url)
      await client.post('/v0/auth/logout')
      await app.deps.lastSeen.flush()
      expect((await withSession(token)).code).toBe('user:invalid_session')
    })

    test('with a dead token prolongs nothing', async () => {
      const { client, sessionId } = await signedIn()
      await app.sql(
        "update sessions set last_seen_at = now() - interval '1 hour', expires_at = now() - interval '1 second' where id = $1",
        [sessionId],
      )
      await client.get(url)
      await app.deps.lastSeen.flush()
      expect((await lifetimes(sessionId)).seen).toBeGreaterThan(3000)
    })
  })
})
