import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inConsole, withConsoleAlone } from '../admin/support.ts'
import { said, somebody, unknownId } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { mailsTo } from '../support/people.ts'
import { startOwnRedis } from '../support/redis.ts'
import { atWork, eventsOf, reason, startUrl } from './support.ts'

const url = 'POST /v0/admin/users/{id}/impersonation'
let app: TestApp
beforeAll(async () => {
  app = await startApp({ IMPERSONATION: 'event' })
})
afterAll(() => app.close())

const minutesUntil = (time: unknown) => (Date.parse(String(time)) - Date.now()) / 60_000

describe(url, () => {
  test('gives a link to the front end, for a quarter of an hour, and opens nothing yet', async () => {
    const { console, target } = await atWork(app)
    const answer = await console.post(startUrl(target.id), { reason })
    expect([answer.status, answer.setCookies]).toEqual([201, []])
    expect(answer.body.url).toMatch(/^https:\/\/app\.example\.com\/account\/impersonate#token=pih_[\w-]{49}$/)
    expect(minutesUntil(answer.body.ends_at)).toBeCloseTo(15, 0)
  })

  test('is in the log with its reason and who acted, and in the history of the account, under one id [AD4]', async () => {
    const { admin, console, target } = await atWork(app)
    const { body } = await console.post(startUrl(target.id), { reason, read_only: false, minutes: 60 })
    const noted = await app.sql(
      `select l.action, l.actor_id, l.resource_id, l.reason, e.type, e.user_id, e.ip_address, e.metadata
       from moderation_logs l join security_events e using (id) where l.resource_id = $1`,
      [target.id],
    )
    const metadata = { session_id: body.id, read_only: 'false', minutes: '60', reason }
    expect(noted).toEqual([
      {
        action: 'user:impersonate',
        actor_id: admin.id,
        resource_id: target.id,
        reason,
        type: 'impersonation_started',
        user_id: target.id,
        // The owner need not learn where the administrator sits.
        ip_address: null,
        metadata,
      },
    ])
    const { body: logs } = await admin.client.get('/v0/moderation/logs?actions=user:impersonate')
    expect(logs.data).toContainEqual(expect.objectContaining({ action: 'user:impersonate', resource_id: target.id }))
  })

  test.each([
    [
      'the session of the console',
      "update sessions set max_expires_at = now() + interval '2 minutes' where kind = $2 and user_id = $1",
    ],
    ['the role', "update user_roles set expires_at = now() + interval '2 minutes' where user_id = $1 and $2 <> ''"],
  ])('ends with %s of the administrator, if that ends before its minutes do [AD5]', async (_, change) => {
    const { admin, console, target } = await atWork(app)
    await app.sql(change, [admin.id, 'console'])
    const { body } = await console.post(startUrl(target.id), { reason, minutes: 60 })
    expect(minutesUntil(body.ends_at)).toBeLessThan(3)
  })

  test('of more than ten of one account the oldest end, and none of its owner’s sessions does [AD5]', async () => {
    const { console, target } = await atWork(app)
    await app.sql(
      `insert into sessions (id, user_id, token_digest, remember_me, expires_at, max_expires_at)
       select gen_random_uuid(), $1, sha256(gen_random_uuid()::text::bytea), false, now() + interval '1 h', now() + interval '1 h'
       from generate_series(1, 99)`,
      [target.id],
    )
    for (let n = 0; n < 11; n++) await console.post(startUrl(target.id), { reason })
    const live = await app.sql(
      `select kind, count(*)::int from sessions where user_id = $1 and ended_at is null group by kind order by kind`,
      [target.id],
    )
    expect(live).toEqual([
      { kind: 'impersonation', count: 10 },
      { kind: 'user', count: 100 },
    ])
    expect(await eventsOf(app, target.id)).toContainEqual(
      expect.objectContaining({
        type: 'impersonation_ended',
        metadata: expect.objectContaining({ reason: 'displaced' }),
      }),
    )
  })

  test('user:impersonation_disabled: IMPERSONATION is off, which is the default', async () => {
    const off = await startApp()
    const { console, target } = await atWork(off)
    expect(said(await console.post(startUrl(target.id), { reason }))).toEqual([403, 'user:impersonation_disabled'])
    expect(await eventsOf(off, target.id)).toEqual([])
    await off.close()
  })

  test('user:cannot_manage_self [AD3 AD5]', async () => {
    const { admin, console } = await atWork(app)
    expect(said(await console.post(startUrl(admin.id), { reason }))).toEqual([403, 'user:cannot_manage_self'])
  })

  test('user:cannot_manage_higher_or_equal_role: nobody enters the account of an administrator [AD3 AD5]', async () => {
    const { console } = await atWork(app)
    const other = await somebody(app, 'admin')
    const answer = await console.post(startUrl(other.id), { reason })
    expect(said(answer)).toEqual([403, 'user:cannot_manage_higher_or_equal_role'])
  })

  test('a moderator is of lower rank', async () => {
    const { console, target } = await atWork(app, 'mod')
    expect((await console.post(startUrl(target.id), { reason })).status).toBe(201)
  })

  test('user:banned: nobody enters the account of somebody banned [AD5]', async () => {
    const { admin, console, target } = await atWork(app)
    await admin.client.post('/v0/users/ban', { user_id: target.id, reason: 'spam' })
    expect(said(await console.post(startUrl(target.id), { reason }))).toEqual([403, 'user:banned'])
  })

  test('user:not_found: no such account, or no longer', async () => {
    const { console } = await atWork(app)
    for (const id of [unknownId, 'nobody'])
      expect(said(await console.post(startUrl(id), { reason }))).toEqual([404, 'user:not_found'])
  })

  test('user:permission_insufficient: moderators enter nobody’s account', async () => {
    const mod = await inConsole(app, 'mod')
    const target = await somebody(app)
    const answer = await withConsoleAlone(app, mod).post(startUrl(target.id), { reason })
    expect(said(answer)).toEqual([403, 'user:permission_insufficient'])
  })

  test('user:unauthorized: by a console session alone', async () => {
    const { admin, target } = await atWork(app)
    const session = app.client()
    session.cookies.set('__Host-session_id', admin.client.cookies.get('__Host-session_id') ?? '')
    expect(said(await session.post(startUrl(target.id), { reason }))).toEqual([401, 'user:unauthorized'])
  })

  test.each([
    ['no reason', { reason: undefined }, 'general:bad_request'],
    ['no whole minutes', { minutes: 1.5 }, 'general:bad_request'],
    ['no yes or no', { read_only: 'yes' }, 'general:bad_request'],
    ['too few minutes', { minutes: 0 }, 'general:validation_error'],
    ['too many minutes', { minutes: 61 }, 'general:validation_error'],
    ['too long a reason', { reason: 'x'.repeat(1001) }, 'general:validation_error'],
  ])('%s', async (_, more, code) => {
    const { console, target } = await atWork(app)
    expect(said(await console.post(startUrl(target.id), { reason, ...more }))).toEqual([400, code])
    expect(await eventsOf(app, target.id)).toEqual([])
  })

  test('eventstream:publish_failed while Redis is away: nothing is begun', async () => {
    const redis = await startOwnRedis()
    const own = await startApp({ IMPERSONATION: 'event', REDIS_URL: redis.url })
    const { console, target } = await atWork(own)
    await redis.stop()
    expect((await console.post(startUrl(target.id), { reason })).code).toBe('eventstream:publish_failed')
    expect(await eventsOf(own, target.id)).toEqual([])
    await own.close()
  })
})

describe('IMPERSONATION=mail', () => {
  test('tells the owner why, until when, and what is out of reach; others are told by the history alone', async () => {
    const own = await startApp({ IMPERSONATION: 'mail' })
    const { console, target } = await atWork(own)
    const before = (await mailsTo(own, target.person.email)).length
    await console.post(startUrl(target.id), { reason: 'the picture does not show' })
    const [mail] = await mailsTo(own, target.person.email, before + 1)
    expect(mail?.subject).toBe('An administrator can see your account')
    expect(mail?.text).toContain('the picture does not show')
    expect(mail?.text).toContain('They can change nothing.')
    await own.close()
  })
})
