import { Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openConsolePort } from '../../src/http/console-port.ts'
import { adminWithCode, said, somebody, unknownId } from '../moderation/support.ts'
import { register } from '../passkeys/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { type Answer, TestClient } from '../support/client.ts'
import { runAdmin } from '../support/server-process.ts'
import { adminCookie, inConsole, openConsole, withConsoleAlone } from './support.ts'

const url = '/v0/admin/session'
const me = '/v0/admin/me'
let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const minutesFromNow = (time: unknown) => (Date.parse(String(time)) - Date.now()) / 60_000
const ageConsole = (id: string, column: string) =>
  app.sql(`update sessions set ${column} = now() - interval '5 minutes 1 second' where user_id = $1`, [id])

describe(`POST ${url}`, () => {
  test('gives a cookie of its own, for this host, no other site and no later browser [AD1 AD9]', async () => {
    const { client } = await adminWithCode(app)
    const answer = await client.post(url)
    expect([answer.status, answer.setCookies]).toEqual([
      204,
      [expect.stringMatching(/^__Host-admin_id=pat_[\w-]{49}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)],
    ])
  })

  test('gives one of this host alone where the other cookies have a domain [AD1]', async () => {
    const own = await startApp({ COOKIE_DOMAIN: 'example.com' })
    const { client } = await adminWithCode(own)
    const answer = await client.post(url)
    expect(answer.setCookies).toEqual([expect.stringMatching(/^__Host-admin_id=\S+; Path=\/; HttpOnly; Secure;/)])
    expect(client.cookies.has('__Secure-session_id')).toBe(true)
    await own.close()
  })

  test('user:second_factor_required: the session shows a password alone [AD1]', async () => {
    const { client } = await somebody(app, 'admin')
    expect(said(await client.post(url))).toEqual([403, 'user:second_factor_required'])
  })

  test('user:reauthentication_required: the session is not fresh [AD1]', async () => {
    const { client, id } = await adminWithCode(app)
    await ageConsole(id, 'authenticated_at')
    expect(said(await client.post(url))).toEqual([401, 'user:reauthentication_required'])
  })

  test('takes the place of the console session that this browser had', async () => {
    const own = await inConsole(app)
    await openConsole(own.client)
    expect(said(await withConsoleAlone(app, own).get(me))).toEqual([401, 'user:invalid_session'])
    expect((await own.client.get(me)).status).toBe(200)
  })

  test('of more than ten console sessions of an account the oldest end, and no other session does', async () => {
    const { client, id } = await adminWithCode(app)
    const tokens: string[] = []
    for (let n = 0; n < 11; n++) {
      client.cookies.delete(adminCookie)
      tokens.push(await openConsole(client))
    }
    const states = await Promise.all(
      tokens.map(async (token) => (await withConsoleAlone(app, { token }).get(me)).status),
    )
    expect(states).toEqual([401, ...Array.from({ length: 10 }, () => 200)])
    expect((await client.get('/v0/user/me')).status).toBe(200)
    const live = await app.sql('select id from sessions where user_id = $1 and ended_at is null', [id])
    expect(live.length).toBeGreaterThan(10)
  })
})

describe(`GET ${me}`, () => {
  test('says who it is, what they may do, and until when', async () => {
    const { client, id, person } = await inConsole(app)
    const { status, body } = await client.get(me)
    expect([status, body]).toEqual([
      200,
      {
        id,
        handle: person.handle,
        roles: ['admin'],
        scopes: expect.arrayContaining(['users:read', 'users:write', 'providers']),
        fresh_until: expect.any(String),
        expires_at: expect.any(String),
      },
    ])
    expect(minutesFromNow(body.fresh_until)).toBeCloseTo(5, -1)
    expect(minutesFromNow(body.expires_at)).toBeCloseTo(30, -1)
  })

  test('to a moderator: what moderators may, which is to read', async () => {
    const { body } = await (await inConsole(app, 'mod')).client.get(me)
    expect([body.roles, body.scopes]).toEqual([['mod'], ['users:read', 'sessions:read', 'audit:read', 'bans:read']])
  })
})

describe(`DELETE ${url}`, () => {
  test('ends the console session and takes its cookie back; the other session goes on', async () => {
    const own = await inConsole(app)
    const answer = await own.client.send('DELETE', url)
    expect([answer.status, answer.setCookies]).toEqual([
      204,
      ['__Host-admin_id=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict'],
    ])
    expect(said(await withConsoleAlone(app, own).get(me))).toEqual([401, 'user:invalid_session'])
    expect((await own.client.get('/v0/user/me')).status).toBe(200)
  })
})

describe('a console session', () => {
  test('opens no route of users, by its own cookie, as the cookie of theirs or as a bearer [AD1]', async () => {
    const { token } = await inConsole(app)
    // It is remembered now, by what all sessions are remembered by.
    expect((await withConsoleAlone(app, { token }).get(me)).status).toBe(200)
    for (const route of ['/v0/user/me', '/v0/auth/check', '/v0/auth/sessions', '/v0/user/me/export']) {
      expect(said(await withConsoleAlone(app, { token }).get(route))).toEqual([401, 'user:unauthorized'])
      const asSession = { cookie: `__Host-session_id=${token}` }
      expect(said(await app.client().get(route, { headers: asSession }))).toEqual([401, 'user:invalid_session'])
      const asBearer = { authorization: `Bearer ${token}` }
      expect(said(await app.client().get(route, { headers: asBearer }))).toEqual([401, 'user:invalid_session'])
    }
  })

  test('is opened by its cookie alone: neither by the session of a user nor as a bearer [AD1]', async () => {
    const { client, token } = await inConsole(app)
    const session = client.cookies.get('__Host-session_id')
    const asBearer = { authorization: `Bearer ${token}` }
    expect(said(await app.client().get(me, { headers: asBearer }))).toEqual([401, 'user:unauthorized'])
    const asConsole = { cookie: `${adminCookie}=${session}` }
    expect(said(await app.client().get(me, { headers: asConsole }))).toEqual([401, 'user:invalid_session'])
    const asSession = { cookie: `__Host-session_id=${session}` }
    expect(said(await app.client().get(me, { headers: asSession }))).toEqual([401, 'user:unauthorized'])
  })

  test('is what its row says: a row of another kind is none [AD1]', async () => {
    const own = await inConsole(app)
    await app.sql("update sessions set kind = 'user' where user_id = $1", [own.id])
    expect(said(await own.client.get(me))).toEqual([401, 'session:not_found'])
    await app.sql("update sessions set kind = 'console' where user_id = $1", [own.id])
    expect(said(await own.client.get('/v0/user/me'))).toEqual([401, 'session:not_found'])
  })

  test('ends half an hour after its last use, and twelve hours after it was opened [AD1]', async () => {
    const { client, id } = await inConsole(app)
    const times = () =>
      app.sql<{ idle: number; most: number }>(
        `select extract(epoch from expires_at - last_seen_at)::int as idle,
           extract(epoch from max_expires_at - created_at)::int as most
         from sessions where user_id = $1 and kind = 'console'`,
        [id],
      )
    expect(await times()).toEqual([{ idle: 1800, most: 43_200 }])
    await app.sql("update sessions set last_seen_at = now() - interval '2 minutes' where user_id = $1", [id])
    expect((await client.get(me)).status).toBe(200)
    await app.deps.lastSeen.flush()
    expect(await times()).toEqual([{ idle: 1800, most: 43_200 }])
    await app.sql("update sessions set max_expires_at = now() + interval '1 minute' where user_id = $1", [id])
    await app.sql("update sessions set last_seen_at = now() - interval '2 minutes' where user_id = $1", [id])
    expect((await client.get(me)).status).toBe(200)
    await app.deps.lastSeen.flush()
    expect(minutesFromNow((await client.get(me)).body.expires_at)).toBeLessThan(1.1)
  })

  test('is made fresh by re-authentication, with the session beside it; nothing else is needed', async () => {
    const { client, id, person } = await inConsole(app)
    await ageConsole(id, 'authenticated_at')
    const ban = () => client.post('/v0/users/ban', { user_id: unknownId, reason: 'spam' })
    expect(said(await ban())).toEqual([401, 'user:reauthentication_required'])
    const { password } = person
    expect((await client.post('/v0/auth/reauthenticate', { password })).status).toBe(204)
    expect(minutesFromNow((await client.get(me)).body.fresh_until)).toBeGreaterThan(4)
    expect(said(await ban())).toEqual([404, 'user:not_found'])
  })

  test("is not made fresh by another account's re-authentication", async () => {
    const [own, other] = [await inConsole(app), await somebody(app)]
    await ageConsole(own.id, 'authenticated_at')
    other.client.cookies.set(adminCookie, own.token)
    const { password } = other.person
    expect((await other.client.post('/v0/auth/reauthenticate', { password })).status).toBe(204)
    expect(minutesFromNow((await other.client.get(me)).body.fresh_until)).toBeLessThan(0)
  })

  test('is in the list of its owner, who can end it', async () => {
    const { client } = await inConsole(app)
    const { body } = await client.get('/v0/auth/sessions')
    const listed = body.sessions as { management_id: string; kind?: string; is_current: boolean }[]
    const kinds = listed.map(({ kind, is_current }) => [kind, is_current])
    expect(kinds).toContainEqual(['console', false])
    expect(kinds).toContainEqual([undefined, true])
    const { management_id: id } = listed.find(({ kind }) => kind === 'console') ?? { management_id: '' }
    expect((await client.send('DELETE', `/v0/auth/sessions/${id}`)).status).toBe(204)
    expect(said(await client.get(me))).toEqual([401, 'user:invalid_session'])
  })
})

type Owner = Awaited<ReturnType<typeof inConsole>>

/** Each ends what the account has open, as it always did; gives the status. */
const ends: readonly [string, 'admin' | 'mod', (owner: Owner, at: TestApp) => Promise<number>][] = [
  ['signing out', 'admin', async ({ client }) => (await client.post('/v0/auth/logout')).status],
  [
    'signing out everywhere else',
    'admin',
    async ({ client }) => (await client.post('/v0/auth/sessions/revoke-others')).status,
  ],
  [
    'a new password',
    'admin',
    async ({ client, person: { password } }) => {
      const change = { current_password: password, new_password: 'a brand new password' }
      return (await client.post('/v0/auth/change-password', change)).status
    },
  ],
  [
    'two-step sign-in that is turned off',
    'admin',
    async ({ client, backupCodes }) => (await client.post('/v0/auth/totp/disable', { code: backupCodes[0] })).status,
  ],
  [
    'a passkey that is deleted',
    'admin',
    async ({ client }) => (await client.send('DELETE', `/v0/auth/passkeys/${(await register(client)).id}`)).status,
  ],
  [
    'a ban',
    'mod',
    async ({ id }, at) => {
      const { client } = await somebody(at, 'admin')
      return (await client.post('/v0/users/ban', { user_id: id, reason: 'left the team' })).status
    },
  ],
  [
    'the loss of the role',
    'mod',
    async ({ id }, at) => {
      const { client } = await somebody(at, 'admin')
      return (await client.post('/v0/users/roles/revoke', { user_id: id, role: 'mod', reason: 'left the team' })).status
    },
  ],
  [
    'the loss of the role by the operator',
    'admin',
    async ({ person }, at) => {
      await somebody(at, 'admin')
      return (await runAdmin(at, ['revoke', person.email, 'admin'])).code
    },
  ],
]

describe('on every replica a console session ends at once', () => {
  let other: TestApp
  beforeAll(async () => {
    other = await startApp({ DATABASE_URL: app.config.databaseUrl, REDIS_URL: inject('redisUrl') })
  })
  afterAll(() => other.close())

  test.each(ends)('with %s [AD1 AD6]', async (_, role, end) => {
    const own = await inConsole(app, role)
    const replica = withConsoleAlone(other, own)
    expect([(await replica.get(me)).status, (await own.client.get(me)).status]).toEqual([200, 200])
    expect([200, 204, 0]).toContain(await end(own, app))
    // A role that comes back does not bring it back.
    await app.sql('insert into user_roles (user_id, role) values ($1, $2) on conflict do nothing', [own.id, role])
    await app.sql('update users set banned_at = null where id = $1', [own.id])
    expect(said(await replica.get(me))).toEqual([401, 'user:invalid_session'])
    expect(said(await withConsoleAlone(app, own).get(me))).toEqual([401, 'user:invalid_session'])
  })

  test('with the time of its role [AD1]', async () => {
    const own = await inConsole(app)
    await app.sql('update user_roles set expires_at = now() where user_id = $1', [own.id])
    expect(said(await own.client.get(me))).toEqual([403, 'user:permission_insufficient'])
  })
})

describe('routes that were there before the console', () => {
  const routes = ['/v0/admin/oauth/providers', '/v0/admin/invitations', '/v0/moderation/logs']

  test('take a console session as well as a fresh session', async () => {
    const own = await inConsole(app)
    const session = app.client()
    session.cookies.set('__Host-session_id', own.client.cookies.get('__Host-session_id') ?? '')
    for (const route of routes) {
      expect([route, (await withConsoleAlone(app, own).get(route)).status]).toEqual([route, 200])
      expect([route, (await session.get(route)).status]).toEqual([route, 200])
    }
    const target = await somebody(app)
    const order = { user_id: target.id, reason: 'spam' }
    expect((await withConsoleAlone(app, own).post('/v0/users/ban', order)).status).toBe(200)
  })

  test('of two sessions take the fresh one; a dead console cookie counts as none', async () => {
    const [own, other] = [await inConsole(app), await somebody(app, 'admin')]
    const ban = { user_id: unknownId, reason: 'spam' }
    other.client.cookies.set(adminCookie, own.token)
    await ageConsole(own.id, 'authenticated_at')
    expect(said(await other.client.post('/v0/users/ban', ban))).toEqual([404, 'user:not_found'])
    other.client.cookies.set(adminCookie, 'junk')
    expect(said(await other.client.post('/v0/users/ban', ban))).toEqual([404, 'user:not_found'])
  })

  test('note who acted by a console session, in the log and the history under one id [AD4]', async () => {
    const [own, target] = [await inConsole(app), await somebody(app)]
    const order = { user_id: target.id, reason: 'spam' }
    expect((await withConsoleAlone(app, own).post('/v0/users/ban', order)).status).toBe(200)
    const noted = await app.sql(
      `select l.actor_id, l.action, l.reason, e.type, e.user_id from moderation_logs l
       join security_events e using (id) where e.user_id = $1`,
      [target.id],
    )
    expect(noted).toEqual([
      { actor_id: own.id, action: 'user:ban', reason: 'spam', type: 'banned', user_id: target.id },
    ])
  })

  test('user:permission_insufficient: the role was taken while the request was under way [AD3]', async () => {
    const [own, target] = [await inConsole(app), await somebody(app)]
    const lock = await app.deps.pool.connect()
    await lock.query('begin')
    await lock.query('select from users where id = $1 for update', [target.id])
    const under = withConsoleAlone(app, own).post('/v0/users/ban', { user_id: target.id, reason: 'spam' })
    await expect
      .poll(async () => {
        const { rows } = await app.deps.pool.query(
          "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        )
        return rows.length
      })
      .toBe(1)
    await app.sql('delete from user_roles where user_id = $1', [own.id])
    await lock.query('commit')
    lock.release()
    expect(said(await under)).toEqual([403, 'user:permission_insufficient'])
    expect((await target.client.get('/v0/user/me')).body.is_banned).toBe(false)
  })
})

describe('CONSOLE', () => {
  test('off: there is no console, and the routes from before it are as they were', async () => {
    const off = await startApp({ CONSOLE: 'off' })
    const { client } = await adminWithCode(off)
    for (const [method, route] of [
      ['POST', url],
      ['DELETE', url],
      ['GET', me],
    ] as const)
      expect(said(await client.send(method, route))).toEqual([404, 'system:not_found'])
    for (const route of ['/v0/admin/oauth/providers', '/v0/admin/invitations'])
      expect((await client.get(route)).status).toBe(200)
    await off.close()
  })

  test('_ALLOW: elsewhere nothing of administration exists, before anything is counted [AD10]', async () => {
    const own = await startApp({ CONSOLE_ALLOW: '192.0.2.0/24, 2001:db8::/32', RATE_LIMITS: '0.001' })
    const from = (remoteAddress: string) => own.client().get(me, { remoteAddress })
    for (let n = 0; n < 3; n++) expect(said(await from('203.0.113.7'))).toEqual([404, 'system:not_found'])
    expect(said(await from('192.0.2.7'))).toEqual([401, 'user:unauthorized'])
    expect(said(await from('2001:db8::7'))).toEqual([401, 'user:unauthorized'])
    const [there, nowhere] = [await from('203.0.113.7'), await own.client().get('/v0/admin/nothing')]
    expect(Object.keys(there.headers).toSorted()).toEqual(Object.keys(nowhere.headers).toSorted())
    expect(there.body).toEqual(nowhere.body)
    // A path that exists would name its methods.
    const other = await own.client().send('PATCH', me, { remoteAddress: '203.0.113.7' })
    expect([said(other), other.headers.allow]).toEqual([[404, 'system:not_found'], undefined])
    await own.close()
  })

  test('_ALLOW: elsewhere its cookie opens nothing either [AD10]', async () => {
    const own = await startApp({ CONSOLE_ALLOW: '192.0.2.0/24' })
    const { client } = await adminWithCode(own)
    client.headers['x-forwarded-for'] = '192.0.2.7'
    const console = withConsoleAlone(own, { token: await openConsole(client) })
    const ban = (remoteAddress: string) =>
      console.post('/v0/users/ban', { user_id: unknownId, reason: 'spam' }, { remoteAddress })
    expect(said(await ban('192.0.2.7'))).toEqual([404, 'user:not_found'])
    expect(said(await ban('203.0.113.7'))).toEqual([401, 'user:unauthorized'])
    await own.close()
  })

  test('_PORT: administration is there with all that its page needs, and the public port knows none [AD10]', async () => {
    const own = await startApp({ CONSOLE_PORT: '0' })
    const door = await openConsolePort(own.app, { host: '127.0.0.1', port: 0 })
    const { port } = door.address() as { port: number }
    const pool = new Pool(`http://127.0.0.1:${port}`)
    const admin = await adminWithCode(own)
    expect(said(await admin.client.post(url))).toEqual([404, 'system:not_found'])
    expect(said(await admin.client.get('/v0/admin/oauth/providers'))).toEqual([404, 'system:not_found'])
    expect((await admin.client.send('DELETE', me)).headers.allow).toBeUndefined()
    const there = new TestClient(pool, new URL(own.config.publicUrl).host)
    for (const [name, value] of admin.client.cookies) there.cookies.set(name, value)
    await openConsole(there)
    expect((await there.get(me)).status).toBe(200)
    expect((await there.get('/v0/admin/oauth/providers')).status).toBe(200)
    expect((await there.get('/v0/user/me')).status).toBe(200)
    // The cookie is of the host, so a browser sends it to both ports.
    admin.client.cookies.set(adminCookie, there.cookies.get(adminCookie) ?? '')
    expect(said(await admin.client.get(me))).toEqual([404, 'system:not_found'])
    await pool.destroy()
    await own.close()
    expect(door.listening).toBe(false)
  })

  test('_PORT: its page is there alone, and elsewhere is like a path that there is not, uncounted [AD10]', async () => {
    const own = await startApp({ CONSOLE_PORT: '0', RATE_LIMITS: '0.001' })
    const door = await openConsolePort(own.app, { host: '127.0.0.1', port: 0 })
    const { port } = door.address() as { port: number }
    const pool = new Pool(`http://127.0.0.1:${port}`)
    const there = new TestClient(pool, new URL(own.config.publicUrl).host)
    const script = '/console/assets/pages/browser/console/console.js'
    const names = ({ headers }: Answer) => Object.keys(headers).toSorted()
    for (const accept of ['text/html', 'application/json']) {
      const get = (path: string) => own.client().get(path, { headers: { accept } })
      const nowhere = await get('/nothing')
      expect(said(nowhere)).toEqual([404, 'system:not_found'])
      for (const path of ['/console', script, '/console', script]) {
        const answer = await get(path)
        expect([path, ...said(answer), names(answer)]).toEqual([path, ...said(nowhere), names(nowhere)])
        expect([path, answer.headers['content-type']]).toEqual([path, nowhere.headers['content-type']])
      }
    }
    const other = await own.client().post('/console')
    expect([said(other), other.headers.allow]).toEqual([[404, 'system:not_found'], undefined])
    const page = await there.get('/console')
    expect([page.status, page.headers['content-security-policy']]).toEqual([
      200,
      expect.stringMatching(/^default-src 'none'; script-src 'self'; .*; require-trusted-types-for 'script'$/),
    ])
    expect((await there.get(script)).status).toBe(200)
    await pool.destroy()
    await own.close()
  })

  test('user:banned: a banned administrator may only close it', async () => {
    const own = await inConsole(app)
    await app.sql("update users set banned_at = now(), ban_reason = 'spam' where id = $1", [own.id])
    expect(said(await own.client.get(me))).toEqual([403, 'user:banned'])
    expect((await own.client.send('DELETE', url)).status).toBe(204)
  })
})
