import { createHash, randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { mailedToken, mailsTo, newPerson, type Person } from '../support/people.ts'
import { holder, partsOf, refresh, startReplica, withToken } from './support.ts'

const url = '/v0/auth/token/refresh'
const cookieName = '__Host-refresh_token'
const soon = { timeout: 10_000, interval: 50 }
let app: TestApp
let replica: TestApp
beforeAll(async () => {
  app = await startApp()
  replica = await startReplica(app)
})
afterAll(async () => {
  await replica.close()
  await app.close()
})

type Holder = Awaited<ReturnType<typeof holder>>

const codeOf = async (token: unknown) => (await refresh(app, token)).code
/** What replaces the token. */
async function childOf(token: string): Promise<string> {
  const answer = await refresh(app, token)
  expect(answer.status).toBe(200)
  return String(answer.body.refresh_token)
}

const digestOf = (token: string) => createHash('sha256').update(token).digest()
const change = (token: string, values: string) =>
  app.sql(`update refresh_tokens set ${values} where digest = $1`, [digestOf(token)])
const sessionIdOf = ({ accessToken }: Holder) => partsOf(accessToken).claims.sid
const changeSession = (one: Holder, values: string) =>
  app.sql(`update sessions set ${values} where id = $1`, [sessionIdOf(one)])
const reusedLate = (token: string) => change(token, "rotated_at = rotated_at - interval '10.1 seconds'")
const reuses = ({ person }: Holder) =>
  app.sql(
    "select e.ip_address from security_events e join users u on u.id = e.user_id where e.type = 'refresh_reuse_detected' and u.email = $1",
    [person.email],
  )

describe(`POST ${url}`, () => {
  test('gives the one child and an access token that works; no session is needed', async () => {
    const { refreshToken } = await holder(app)
    const answer = await refresh(app, refreshToken)
    expect([answer.status, answer.setCookies, answer.headers['cache-control']]).toEqual([200, [], 'no-store'])
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: expect.stringMatching(/^prt_[\w-]{49}$/),
    })
    expect(answer.body.refresh_token).not.toBe(refreshToken)
    expect((await withToken(app, String(answer.body.access_token))).status).toBe(200)
    expect(await childOf(String(answer.body.refresh_token))).toMatch(/^prt_/)
  })

  test('body first, else cookie; the answer goes the way it was asked', async () => {
    const { browser, refreshToken } = await holder(app)
    await browser.post('/v0/auth/token')
    const inCookie = browser.cookies.get(cookieName)
    const byBody = await browser.post(url, { refresh_token: refreshToken })
    expect([byBody.body.refresh_token, byBody.setCookies]).toEqual([expect.any(String), []])
    expect((await browser.post(url, { refresh_token: '' })).code).toBe('user:invalid_token')
    expect(browser.cookies.get(cookieName)).toBe(inCookie)

    const byCookie = await browser.post(url)
    expect(byCookie.body).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 300 })
    expect(byCookie.setCookies).toEqual([
      expect.stringMatching(/^__Host-refresh_token=prt_[\w-]{49}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
    expect(browser.cookies.get(cookieName)).not.toBe(inCookie)
  })

  test('a repetition within ten seconds is given the same child, by another replica and after a new encryption key [TK4]', async () => {
    const { refreshToken } = await holder(app)
    const child = await childOf(refreshToken)
    const newestKey = (id: number) => vi.waitFor(() => expect(app.deps.keyring.getSealingKey().id).toBe(id), soon)
    const file = join(app.config.keysDir, 'encryption-2.key')
    writeFileSync(file, randomBytes(32).toString('base64'))
    await newestKey(2)
    expect(await childOf(refreshToken)).toBe(child)
    expect((await refresh(replica, refreshToken)).body.refresh_token).toBe(child)
    rmSync(file)
    await newestKey(1)
    expect(await codeOf(child)).toBeUndefined()
  })

  test('so is one five seconds later that has expired meanwhile', async () => {
    const { refreshToken } = await holder(app)
    const child = await childOf(refreshToken)
    await change(refreshToken, "expires_at = now(), rotated_at = rotated_at - interval '5 seconds'")
    expect(await childOf(refreshToken)).toBe(child)
  })

  test('100 racers on two replicas: one child, one row of it [TK4]', async () => {
    const { refreshToken } = await holder(app)
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => refresh(index % 2 ? app : replica, refreshToken)),
    )
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1)
    const rows = await app.sql(
      'select c.digest from refresh_tokens c join refresh_tokens p on c.family_id = p.family_id and c.id <> p.id where p.digest = $1',
      [digestOf(refreshToken)],
    )
    expect(rows).toEqual([{ digest: digestOf(String(answers[0]?.body.refresh_token)) }])
  })

  test('counts as use of the session, within its absolute lifetime', async () => {
    const one = await holder(app)
    const longAgo = "last_seen_at = now() - interval '1 hour', expires_at = now() + interval '1 hour'"
    await changeSession(one, `${longAgo}, max_expires_at = now() + interval '2 hours'`)
    await childOf(one.refreshToken)
    const isProlonged = "expires_at = max_expires_at and last_seen_at > now() - interval '1 minute'"
    const prolonged = () => app.sql(`select id from sessions where id = $1 and ${isProlonged}`, [sessionIdOf(one)])
    await vi.waitFor(async () => expect(await prolonged()).toHaveLength(1), soon)
  })

  describe('user:invalid_token and the end of the family where a used one comes back', () => {
    test('after ten seconds; session and its other families go on', async () => {
      const one = await holder(app)
      const unconcerned = String((await one.client.post('/v0/auth/token')).body.refresh_token)
      const child = await childOf(one.refreshToken)
      await reusedLate(one.refreshToken)
      for (const token of [one.refreshToken, child, one.refreshToken])
        expect(await codeOf(token)).toBe('user:invalid_token')
      expect(await reuses(one)).toEqual([{ ip_address: '127.0.0.1' }])
      expect((await one.client.get('/v0/user/me')).status).toBe(200)
      expect((await withToken(app, one.accessToken)).status).toBe(200)
      await childOf(unconcerned)
    })

    test('earlier, once its child was used', async () => {
      const one = await holder(app)
      const grandchild = await childOf(await childOf(one.refreshToken))
      for (const token of [one.refreshToken, grandchild]) expect(await codeOf(token)).toBe('user:invalid_token')
      expect(await reuses(one)).toHaveLength(1)
    })

    test('told once, however many come at once', async () => {
      const one = await holder(app)
      await childOf(one.refreshToken)
      await reusedLate(one.refreshToken)
      const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(one.refreshToken)))
      expect(new Set(codes)).toEqual(new Set(['user:invalid_token']))
      expect(await reuses(one)).toHaveLength(1)
    })

    test('not without the event: both or neither', async () => {
      const one = await holder(app)
      const child = await childOf(one.refreshToken)
      await reusedLate(one.refreshToken)
      await app.sql(
        "alter table security_events add constraint broken check (type <> 'refresh_reuse_detected') not valid",
      )
      expect(await codeOf(one.refreshToken)).toBe('system:internal_error')
      await app.sql('alter table security_events drop constraint broken')
      expect(await reuses(one)).toEqual([])
      expect(await codeOf(child)).toBeUndefined()
      expect(await codeOf(one.refreshToken)).toBe('user:invalid_token')
      expect(await reuses(one)).toHaveLength(1)
    })
  })

  test.each([
    ['an empty text', ''],
    ['junk', 'junk'],
    ['another kind', makeToken('session').text],
    ['a typing error', makeToken('refresh').text.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['one that nobody issued', makeToken('refresh').text],
  ])('user:invalid_token for %s; no cookie is taken back', async (_name, token) => {
    const answer = await refresh(app, token)
    expect([answer.status, answer.code]).toEqual([401, 'user:invalid_token'])
    const headers = { cookie: `${cookieName}=${token || 'junk'}` }
    const byCookie = await app.client().post(url, undefined, { headers })
    expect([byCookie.code, byCookie.setCookies]).toEqual(['user:invalid_token', []])
  })

  test.each([[null], [1], [{}], [[]]])('general:bad_request for %j, whatever the cookie', async (token) => {
    const headers = { cookie: `${cookieName}=${makeToken('refresh').text}` }
    const answer = await app.client().post(url, { refresh_token: token }, { headers })
    expect([answer.code, answer.body.fields]).toEqual([
      'general:bad_request',
      [{ path: '/refresh_token', rule: 'type' }],
    ])
  })

  test('user:no_refresh_token', async () => {
    for (const [body, cookie] of [
      [undefined, ''],
      [{}, ''],
      [undefined, `${cookieName}=`],
    ] as const) {
      const answer = await app.client().post(url, body, { headers: { cookie } })
      expect([answer.status, answer.code, answer.setCookies]).toEqual([401, 'user:no_refresh_token', []])
    }
  })

  test('user:token_expired, at the second; but a used one is reused, one of a dead family invalid', async () => {
    const one = await holder(app)
    await change(one.refreshToken, 'expires_at = now()')
    const headers = { cookie: `${cookieName}=${one.refreshToken}` }
    const answer = await app.client().post(url, undefined, { headers })
    expect([answer.status, answer.code, answer.setCookies]).toEqual([401, 'user:token_expired', []])
    expect(await reuses(one)).toEqual([])

    const other = await holder(app)
    const child = await childOf(other.refreshToken)
    await reusedLate(other.refreshToken)
    for (const token of [child, other.refreshToken]) await change(token, 'expires_at = now()')
    for (const token of [other.refreshToken, child]) expect(await codeOf(token)).toBe('user:invalid_token')
    expect(await reuses(other)).toHaveLength(1)
  })

  test('user:banned, and nothing is used up', async () => {
    const { person, refreshToken } = await holder(app)
    await app.sql('update users set banned_at = now() where email = $1', [person.email])
    const answer = await refresh(app, refreshToken)
    expect([answer.status, answer.code]).toEqual([403, 'user:banned'])
    await app.sql('update users set banned_at = null where email = $1', [person.email])
    await childOf(refreshToken)
  })

  test('system:transaction_error while another connection holds the token, and nothing is used up [FT3]', async () => {
    const { refreshToken } = await holder(app)
    const holding = await app.deps.pool.connect()
    await holding.query('begin')
    await holding.query('select id from refresh_tokens where digest = $1 for update', [digestOf(refreshToken)])
    const answer = await refresh(app, refreshToken)
    expect([answer.status, answer.code]).toEqual([500, 'system:transaction_error'])
    await holding.query('rollback')
    holding.release()
    const unused = 'select id from refresh_tokens where digest = $1 and rotated_at is null and child_key_id is null'
    expect(await app.sql(unused, [digestOf(refreshToken)])).toHaveLength(1)
    await childOf(refreshToken)
  })

  describe('user:invalid_token once its session ended, on every replica, also for a repetition [SE5]', () => {
    const newPassword = 'a wholly new passphrase'
    /** `mails` have reached the address before. */
    const signInElsewhere = async ({ email, password }: Person, mails = 1) => {
      await mailsTo(app, email, mails)
      const client = app.client()
      await client.post('/v0/auth/login', { email, password })
      const answer = await client.post('/v0/auth/device/verify', { token: await mailedToken(app, email, mails + 1) })
      expect(answer.status).toBe(204)
      return client
    }
    const changeEmail = async ({ browser, person }: Holder, email = newPerson().email) => {
      await browser.post('/v0/auth/change-email', { password: person.password, new_email: email })
      return app.client().post('/v0/auth/confirm-email-change', { token: await mailedToken(app, email) })
    }
    const ends: Record<string, (one: Holder) => Promise<{ status: number }>> = {
      logout: ({ browser }) => browser.post('/v0/auth/logout'),
      'another session that revokes it': async (one) => {
        const elsewhere = await signInElsewhere(one.person)
        const sessions = (await elsewhere.get('/v0/auth/sessions')).body.sessions as Record<string, unknown>[]
        const { management_id: id } = sessions.find(({ is_current: isCurrent }) => !isCurrent) ?? {}
        return elsewhere.send('DELETE', `/v0/auth/sessions/${id}`)
      },
      'revoke-others': async ({ person }) => (await signInElsewhere(person)).post('/v0/auth/sessions/revoke-others'),
      'change-password': async ({ person }) =>
        (await signInElsewhere(person)).post('/v0/auth/change-password', {
          current_password: person.password,
          new_password: newPassword,
        }),
      'reset-password': async ({ person }) => {
        await app.client().post('/v0/auth/forgot-password', { email: person.email })
        const token = await mailedToken(app, person.email, 2)
        return app.client().post('/v0/auth/reset-password', { token, new_password: newPassword })
      },
      'confirm-email-change': (one) => changeEmail(one),
      'deletion of the account': ({ browser, person }) =>
        browser.send('DELETE', '/v0/user/me', { body: { password: person.password } }),
    }
    test.each(Object.entries(ends))('by %s', async (_name, end) => {
      const one = await holder(app)
      const used = String((await one.client.post('/v0/auth/token')).body.refresh_token)
      const child = await childOf(used)
      expect((await end(one)).status).toBe(204)
      for (const token of [one.refreshToken, used, child])
        for (const each of [app, replica]) expect((await refresh(each, token)).code).toBe('user:invalid_token')
      expect(await reuses(one)).toEqual([])
    })

    test('by undo-email-change', async () => {
      const one = await holder(app)
      const email = newPerson().email
      await changeEmail(one, email)
      const token = await mailedToken(app, one.person.email, 3)
      const client = await signInElsewhere({ ...one.person, email }, 2)
      await client.post('/v0/auth/token')
      expect((await app.client().post('/v0/auth/undo-email-change', { token })).status).toBe(204)
      expect(await codeOf(client.cookies.get(cookieName))).toBe('user:invalid_token')
    })

    test.each([
      ['idle end', 'expires_at = now()'],
      ['absolute end', 'expires_at = now(), max_expires_at = now()'],
    ])('by its %s', async (_name, end) => {
      const one = await holder(app)
      await changeSession(one, end)
      expect(await codeOf(one.refreshToken)).toBe('user:invalid_token')
    })
  })
})
