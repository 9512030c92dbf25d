import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/auth/session'
const app = useApp()

describe(`GET ${url} [FD83]`, () => {
  test('says who is signed in, until when and by what', async () => {
    const { client, person } = await signedInOnDevice(app)
    const answer = await client.get(url)
    expect(answer.status).toBe(200)
    const { user, expires_at, ...rest } = answer.body.session as Record<string, unknown>
    expect(user).toEqual((await client.get('/v0/user/me')).body)
    expect(user).toMatchObject({ email: person.email })
    expect(rest).toEqual({ is_fresh: true, methods: ['password', 'mail'] })
    expect(Date.parse(String(expires_at))).toBeGreaterThan(Date.now())
    await app.sql("update sessions set authenticated_at = now() - interval '6 minutes'")
    expect((await client.get(url)).body).toMatchObject({ session: { is_fresh: false } })
  })

  test('takes a session token as bearer', async () => {
    const { client } = await signedUp(app)
    const bearer = app.client()
    bearer.headers.authorization = `Bearer ${client.cookies.get('__Host-session_id')}`
    expect((await bearer.get(url)).body.session).not.toBeNull()
  })

  test('a guest is null, and nothing is set', async () => {
    const answer = await app.client().get(url)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([200, { session: null }, []])
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test.each([
    ['malformed', 'x'],
    ['unknown', `pst_${'a'.repeat(49)}`],
  ])('a cookie that is %s is null and cleared', async (_, value) => {
    const client = app.client()
    client.cookies.set('__Host-session_id', value)
    const answer = await client.get(url)
    expect([answer.status, answer.body]).toEqual([200, { session: null }])
    expect(answer.setCookies.join()).toMatch(/__Host-session_id=;.*Max-Age=0/)
  })

  test('one that has ended, has expired, or whose account is gone is null and cleared', async () => {
    for (const change of [
      "update sessions set ended_at = now(), end_reason = 'logout' where user_id = $1",
      "update sessions set expires_at = now() - interval '1 second' where user_id = $1",
      'delete from users where id = $1',
    ]) {
      const { client } = await signedUp(app)
      const { id } = (await client.get('/v0/user/me')).body
      await app.sql(change, [id])
      expect((await client.get(url)).body).toEqual({ session: null })
      expect(client.cookies.has('__Host-session_id')).toBe(false)
    }
  })

  test('a bearer that is no session of ours is a guest', async () => {
    for (const authorization of ['Bearer a.b.c', 'Bearer nothing', 'Basic x']) {
      const answer = await app.client().get(url, { headers: { authorization } })
      expect([answer.status, answer.body]).toEqual([200, { session: null }])
    }
  })

  test('whoever is banned sees that and why', async () => {
    const { client } = await signedUp(app)
    const { id } = (await client.get('/v0/user/me')).body
    await app.sql("update users set banned_at = now(), ban_reason = 'spam' where id = $1", [id])
    expect((await client.get(url)).body).toMatchObject({ session: { user: { is_banned: true, ban_reason: 'spam' } } })
  })
})
