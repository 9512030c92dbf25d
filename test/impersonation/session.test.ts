import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { grantRole } from '../../src/operator/operate-roles.ts'
import { inConsole, waitForLock, whileLocked, withConsoleAlone } from '../admin/support.ts'
import { openEvents } from '../events/support.ts'
import { said } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { runAdmin } from '../support/server-process.ts'
import { atWork, eventsOf, impersonating, listUrl, startUrl } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp({ IMPERSONATION: 'event', REDIS_URL: inject('redisUrl') })
})
afterAll(() => app.close())

const dead = [401, 'user:invalid_session']

describe('an administrator in the account of a user', () => {
  test('is named by what the front end and the application ask [AD5]', async () => {
    const { admin, browser, target } = await impersonating(app)
    const by = { id: admin.id, read_only: true, ends_at: expect.any(String) }
    // Twice, as the second answer is repeated from memory.
    for (let n = 0; n < 2; n++) {
      const { body: me } = await browser.get('/v0/user/me')
      expect(me).toMatchObject({ id: target.id, impersonated_by: by })
      const { headers } = await browser.get('/v0/auth/check')
      expect(headers).toMatchObject({
        'x-user-id': target.id,
        'x-impersonator-id': admin.id,
        'x-impersonation-read-only': 'true',
      })
    }
    const { body } = await browser.get('/v0/auth/session')
    expect(body.session).toMatchObject({ user: { impersonated_by: by }, is_fresh: false, methods: [] })
    // What is signed names both: RFC 8693 section 4.1.
    const { headers } = await browser.get('/v0/auth/check?identity=jwt')
    const payload = String(headers['x-postern-identity']).split('.')[1] ?? ''
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object
    expect(claims).toMatchObject({ sub: target.id, act: { sub: admin.id }, read_only: true })
  })

  test('leaves the answers to its owner as they were', async () => {
    const { target } = await impersonating(app)
    expect((await target.client.get('/v0/user/me')).body).not.toHaveProperty('impersonated_by')
    const { headers } = await target.client.get('/v0/auth/check')
    expect([headers['x-impersonator-id'], headers['x-impersonation-read-only']]).toEqual(['', ''])
  })

  test('user:impersonated: changes nothing if it may only read, and otherwise the profile alone, which the log names [AD5]', async () => {
    const [reads, writes] = [await impersonating(app), await impersonating(app, { read_only: false })]
    const change = { display_name: 'Somebody else' }
    const patch = (browser: TestClient) => browser.send('PATCH', '/v0/user/me', { body: change })
    expect(said(await patch(reads.browser))).toEqual([403, 'user:impersonated'])
    expect((await reads.target.client.get('/v0/user/me')).body.display_name).not.toBe(change.display_name)
    const { status, body } = await patch(writes.browser)
    expect([status, body]).toEqual([200, expect.objectContaining({ ...change, id: writes.target.id })])
    expect(body.impersonated_by).toMatchObject({ id: writes.admin.id, read_only: false })
    for (const url of ['/v0/auth/reauthenticate', '/v0/auth/token', '/v0/auth/sessions/revoke-others'])
      expect(said(await writes.browser.post(url, {}))).toEqual([403, 'user:impersonated'])
    expect(said(await writes.browser.get('/v0/user/me/export'))).toEqual([403, 'user:impersonated'])
  })

  test('who is a moderator reaches nothing of moderation by it: no chains [AD5]', async () => {
    const { browser } = await impersonating(app, {}, 'mod')
    expect((await browser.get('/v0/user/me')).body.roles).toEqual(['mod'])
    expect(said(await browser.get('/v0/moderation/logs'))).toEqual([403, 'user:impersonated'])
    expect(said(await browser.post('/v0/admin/session'))).toEqual([403, 'user:impersonated'])
    expect(said(await browser.get('/v0/auth/oauth/google/authorize?flow=link'))).toEqual([403, 'user:impersonated'])
  })

  test('lasts its minutes, however much it is used [AD5]', async () => {
    const { id, browser } = await impersonating(app, { minutes: 1 })
    const endOf = async () => {
      const [row] = await app.sql<{ at: Date; most: Date }>(
        'select expires_at as at, max_expires_at as most from sessions where id = $1',
        [id],
      )
      return [row?.at.getTime(), row?.most.getTime()]
    }
    const [at, most] = await endOf()
    expect(at).toBe(most)
    await app.sql("update sessions set last_seen_at = now() - interval '2 minutes' where id = $1", [id])
    await browser.get('/v0/auth/sessions')
    await expect
      .poll(() => app.sql("select from sessions where id = $1 and last_seen_at > now() - interval '1 minute'", [id]))
      .toHaveLength(1)
    expect(await endOf()).toEqual([at, most])
    await app.sql('update sessions set expires_at = now(), max_expires_at = now() where id = $1', [id])
    // Not what memory had: this replica has never seen it.
    const replica = await startApp({ DATABASE_URL: app.config.databaseUrl })
    const there = replica.client()
    there.cookies.set('__Host-session_id', browser.cookies.get('__Host-session_id') ?? '')
    expect(said(await there.get('/v0/user/me'))).toEqual([401, 'session:expired'])
    await replica.close()
  })

  test('keeps the console from idling: its use is use of that', async () => {
    const { admin, browser, id } = await impersonating(app)
    await app.sql(
      "update sessions set last_seen_at = now() - interval '20 minutes', expires_at = now() + interval '10 minutes' where user_id = $1 and kind = 'console'",
      [admin.id],
    )
    await app.sql("update sessions set last_seen_at = now() - interval '20 minutes' where id = $1", [id])
    const replica = await startApp({ DATABASE_URL: app.config.databaseUrl })
    const there = replica.client()
    there.cookies.set('__Host-session_id', browser.cookies.get('__Host-session_id') ?? '')
    expect((await there.get('/v0/user/me')).status).toBe(200)
    await expect
      .poll(() =>
        app.sql(
          "select from sessions where user_id = $1 and kind = 'console' and expires_at > now() + interval '29 minutes'",
          [admin.id],
        ),
      )
      .toHaveLength(1)
    await replica.close()
  })

  test('is out once the console is left idle: no stream goes on, and no list says that they are there [AD6 AZ7]', async () => {
    const { admin, browser, target, id } = await impersonating(app)
    const stream = await openEvents(app, browser)
    expect(stream.status).toBe(200)
    await app.sql("update sessions set expires_at = now() where user_id = $1 and kind = 'console'", [admin.id])
    await expect.poll(stream.isClosed, { timeout: 10_000 }).toBe(true)
    const { body } = await target.client.get('/v0/auth/sessions')
    expect(body.sessions).not.toContainEqual(expect.objectContaining({ kind: 'impersonation' }))
    const { body: listed } = await withConsoleAlone(app, await inConsole(app)).get(`${listUrl}?limit=100`)
    expect(listed.data).not.toContainEqual(expect.objectContaining({ id }))
  })

  test('leaves by the sign-out: that is none of its owner, and the console of the same browser stays', async () => {
    const { browser, console, target } = await impersonating(app)
    for (const [name, value] of console.cookies) browser.cookies.set(name, value)
    expect((await browser.post('/v0/auth/logout')).status).toBe(204)
    expect(browser.cookies.has('__Host-session_id')).toBe(false)
    expect((await browser.get('/v0/admin/me')).status).toBe(200)
    const events = await app.sql<{ type: string }>('select type from security_events where user_id = $1', [target.id])
    expect(events.filter(({ type }) => type === 'logout')).toEqual([])
    const [, ended] = await eventsOf(app, target.id)
    expect(ended).toMatchObject({ type: 'impersonation_ended', metadata: { reason: 'logout' }, ip_address: null })
  })

  test('stands in the owner’s list as what it is, without the administrator’s address; the owner ends it', async () => {
    const { id, browser, target } = await impersonating(app)
    const { body } = await target.client.get('/v0/auth/sessions')
    const [listed] = (body.sessions as { kind?: string }[]).filter(({ kind }) => kind === 'impersonation')
    expect(listed).toMatchObject({ management_id: id, kind: 'impersonation', is_current: false })
    expect(listed).not.toHaveProperty('ip_address')
    expect(listed).not.toHaveProperty('user_agent')
    const { body: events } = await target.client.get('/v0/user/me/security-events')
    const started = (events.data as { type: string }[]).find(({ type }) => type === 'impersonation_started')
    expect(started).toMatchObject({ metadata: { session_id: id, read_only: 'true', reason: 'ticket 4711' } })
    expect((await target.client.send('DELETE', `/v0/auth/sessions/${id}`)).status).toBe(204)
    expect(said(await browser.get('/v0/user/me'))).toEqual(dead)
  })
})

test('what is refused in the account is of the administrator, whose network its owner does not learn [AD5 RF1]', async () => {
  const { admin, browser, target } = await impersonating(app)
  const asked = { headers: { 'x-forwarded-for': '198.51.100.77' } }
  expect(said(await browser.post('/v0/auth/token', {}, asked))).toEqual([403, 'user:impersonated'])
  await app.deps.refusals?.flush()
  await app.deps.refusals?.flush()
  const kept = await app.sql("select user_id, code from refusals where network = '198.51.100.77'")
  expect(kept).toEqual([{ user_id: admin.id, code: 'user:impersonated' }])
  const { body } = await target.client.get('/v0/user/me/export')
  expect(JSON.stringify(body)).not.toContain('198.51.100.77')
})

type Own = Awaited<ReturnType<typeof impersonating>>

const ends: readonly (readonly [string, (own: Own) => Promise<number | null>])[] = [
  ['the end of the console session', async ({ console }) => (await console.send('DELETE', '/v0/admin/session')).status],
  ['the sign-out of the administrator', async ({ admin }) => (await admin.client.post('/v0/auth/logout')).status],
  [
    'the end of all other sessions of the administrator',
    async ({ admin }) => (await admin.client.post('/v0/auth/sessions/revoke-others')).status,
  ],
  [
    'the end of all other sessions of the owner',
    async ({ target }) => (await target.client.post('/v0/auth/sessions/revoke-others')).status,
  ],
  [
    'a new password of the owner',
    async ({ target }) =>
      (
        await target.client.post('/v0/auth/change-password', {
          current_password: target.person.password,
          new_password: 'a wholly new passphrase',
        })
      ).status,
  ],
  [
    'a ban of the owner',
    async ({ admin, target }) =>
      (await admin.client.post('/v0/users/ban', { user_id: target.id, reason: 'spam' })).status,
  ],
  [
    'the deletion of the owner’s account',
    async ({ target }) =>
      (await target.client.send('DELETE', '/v0/user/me', { body: { password: target.person.password } })).status,
  ],
  [
    'the promotion of the owner to an administrator',
    async ({ admin, target }) =>
      (await admin.client.post('/v0/users/roles/grant', { user_id: target.id, role: 'admin', reason: 'joins' })).status,
  ],
  [
    'the promotion by the operator',
    async ({ target }) => (await runAdmin(app, ['grant', target.person.email, 'admin'])).code,
  ],
  [
    'the loss of the role by the operator',
    async ({ admin }) => (await runAdmin(app, ['revoke', admin.person.email, 'admin'])).code,
  ],
  [
    'a ban of the administrator by the operator',
    async ({ admin }) => (await runAdmin(app, ['user', admin.person.email, 'ban'])).code,
  ],
]

describe('on every replica an impersonation ends at once', () => {
  let other: TestApp
  beforeAll(async () => {
    other = await startApp({
      IMPERSONATION: 'event',
      DATABASE_URL: app.config.databaseUrl,
      REDIS_URL: inject('redisUrl'),
    })
  })
  afterAll(() => other.close())

  test.each(ends)('with %s [AD5 AD6]', async (_, end) => {
    const own = await impersonating(app)
    const there = other.client()
    there.cookies.set('__Host-session_id', own.browser.cookies.get('__Host-session_id') ?? '')
    expect([(await there.get('/v0/user/me')).status, (await own.browser.get('/v0/user/me')).status]).toEqual([200, 200])
    expect([200, 204, 0]).toContain(await end(own))
    for (const browser of [there, own.browser]) expect(said(await browser.get('/v0/user/me'))).toEqual(dead)
    const kinds = (await eventsOf(app, own.target.id)).map(({ type }) => type)
    if (kinds.length > 0) expect(kinds).toEqual(['impersonation_started', 'impersonation_ended'])
  })

  test('with a console that is left idle, within the time that it was good for [AD6]', async () => {
    const own = await impersonating(app)
    await app.sql("update sessions set expires_at = now() where user_id = $1 and kind = 'console'", [own.admin.id])
    const there = other.client()
    there.cookies.set('__Host-session_id', own.browser.cookies.get('__Host-session_id') ?? '')
    expect(said(await there.get('/v0/user/me'))).toEqual(dead)
  })
})

describe('user:permission_insufficient, or nothing is left of it', () => {
  test('the owner is made an administrator by the operator while it is begun [AD5]', async () => {
    const { admin, console, target } = await atWork(app)
    let both: Promise<unknown> | undefined
    await whileLocked(app, ['select from users where id = $1 for update', admin.id], async () => {
      const beginning = console.post(startUrl(target.id), { reason: 'a look' })
      await waitForLock(app)
      both = Promise.all([beginning, grantRole(app.deps, target.person.email, 'admin')])
      await waitForLock(app, 2)
    })
    expect(await both).toEqual([expect.objectContaining({ status: 201 }), 'granted'])
    const live = "select id from sessions where user_id = $1 and kind = 'impersonation' and ended_at is null"
    expect(await app.sql(live, [target.id])).toEqual([])
  })

  test('the role is taken while it is begun [AD5]', async () => {
    const own = await impersonating(app)
    const [began, taken] = await Promise.all([
      own.console.post(`/v0/admin/users/${own.target.id}/impersonation`, { reason: 'again' }),
      runAdmin(app, ['revoke', own.admin.person.email, 'admin']),
    ])
    expect(taken.code).toBe(0)
    if (began.status !== 201) expect([401, 403]).toContain(began.status)
    const live = await app.sql(
      'select from sessions where impersonator_id = $1 and ended_at is null and expires_at > now()',
      [own.admin.id],
    )
    expect(live).toEqual([])
  })
})
