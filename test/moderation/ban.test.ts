import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { mailedToken, signedInOnDevice } from '../support/people.ts'
import { startOwnRedis } from '../support/redis.ts'
import { anHourAgo, inAnHour, said, somebody, unknownId } from './support.ts'

const url = '/v0/users/ban'
let app: TestApp
let admin: Awaited<ReturnType<typeof somebody>>
beforeAll(async () => {
  app = await startApp()
  admin = await somebody(app, 'admin')
})
afterAll(() => app.close())

const ban = (userId: string, more: object = {}) => admin.client.post(url, { user_id: userId, reason: 'spam', ...more })

describe.each([
  ['PostgreSQL alone', () => ({})],
  ['Redis', () => ({ REDIS_URL: inject('redisUrl') })],
])(`POST ${url} with %s`, (_, env) => {
  test('is felt by the very next request, and told to whoever looks at the account', async () => {
    const own = await startApp(env())
    const [by, target, witness] = [await somebody(own, 'admin'), await somebody(own), await somebody(own)]
    const answer = await by.client.post(url, { user_id: target.id, reason: 'spam' })
    expect([answer.status, answer.body]).toEqual([200, { user_id: target.id, expires_at: null }])
    expect(said(await target.client.get('/v0/auth/sessions'))).toEqual([403, 'user:banned'])
    const { body: me } = await target.client.get('/v0/user/me')
    expect(me).toMatchObject({ is_banned: true, ban_reason: 'spam' })
    expect(me).not.toHaveProperty('banned_until')
    const { body: profile } = await witness.client.get(`/v0/users/profile/id?user_id=${target.id}`)
    expect(profile).toMatchObject({ is_banned: true, ban_reason: 'spam' })
    await own.close()
  })
})

describe(`POST ${url}`, () => {
  test('until a moment: it is over by then, and somebody else may ban anew', async () => {
    const target = await somebody(app)
    const until = inAnHour()
    expect((await ban(target.id, { expires_at: until })).body).toEqual({ user_id: target.id, expires_at: until })
    expect((await target.client.get('/v0/user/me')).body).toMatchObject({ banned_until: until })
    await app.sql("update users set banned_until = now() - interval '1 second' where id = $1", [target.id])
    expect((await target.client.get('/v0/auth/sessions')).status).toBe(200)
    expect((await ban(target.id)).status).toBe(200)
  })

  test('a login that waits for its device link ends', async () => {
    const { person, client } = await signedInOnDevice(app)
    const { id } = (await client.get('/v0/user/me')).body
    const elsewhere = app.client()
    await elsewhere.post('/v0/auth/login', { email: person.email, password: person.password })
    const token = await mailedToken(app, person.email, 3)
    expect((await ban(String(id))).status).toBe(200)
    expect(said(await elsewhere.post('/v0/auth/device/verify', { token }))).toEqual([
      400,
      'token:invalid_device_verify',
    ])
  })

  test('is one entry of the log and one event of the account, which does not say whose hand it was', async () => {
    const target = await somebody(app)
    await ban(target.id)
    const logs = await admin.client.get(`/v0/moderation/logs?resource_id=${target.id}`)
    expect(logs.body.data).toEqual([
      expect.objectContaining({ action: 'user:ban', actor_id: admin.id, reason: 'spam' }),
    ])
    const events = await app.sql("select * from security_events where user_id = $1 and type = 'banned'", [target.id])
    expect(events).toEqual([
      expect.objectContaining({ metadata: { reason: 'spam' }, ip_address: null, user_agent: null }),
    ])
  })

  test('user:cannot_manage_self', async () => {
    expect(said(await ban(admin.id))).toEqual([403, 'user:cannot_manage_self'])
    expect(said(await ban(admin.id.toUpperCase()))).toEqual([403, 'user:cannot_manage_self'])
  })

  test('user:not_found: nobody, or somebody who is deleted', async () => {
    expect(said(await ban(unknownId))).toEqual([404, 'user:not_found'])
    const gone = await somebody(app)
    await gone.client.send('DELETE', '/v0/user/me', { body: { password: gone.person.password } })
    expect(said(await ban(gone.id))).toEqual([404, 'user:not_found'])
  })

  test('user:cannot_manage_higher_or_equal_role: another administrator', async () => {
    const other = await somebody(app, 'admin')
    expect(said(await ban(other.id))).toEqual([403, 'user:cannot_manage_higher_or_equal_role'])
  })

  test('user:already_banned, of many at once all but one', async () => {
    const target = await somebody(app)
    const answers = await Promise.all(Array.from({ length: 20 }, () => ban(target.id)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'user:already_banned')).toHaveLength(19)
    expect(await app.sql('select id from moderation_logs where resource_id = $1', [target.id])).toHaveLength(1)
  })

  test('user:permission_insufficient: a moderator bans nobody', async () => {
    const [mod, target] = [await somebody(app, 'mod'), await somebody(app)]
    const answer = await mod.client.post(url, { user_id: target.id, reason: 'spam' })
    expect(said(answer)).toEqual([403, 'user:permission_insufficient'])
  })

  test('general:validation_error: an end that is past, a reason that is too long', async () => {
    const refused = await ban(unknownId, { expires_at: anHourAgo(), reason: 'x'.repeat(1001) })
    expect(refused.body.fields).toEqual([
      { path: '/expires_at', rule: 'future' },
      { path: '/reason', rule: 'max_length', limit: 1000 },
    ])
    for (const expires_at of ['tomorrow', '9999-12-31T23:59:59-23:59'])
      expect((await ban(unknownId, { expires_at })).body.fields).toEqual([{ path: '/expires_at', rule: 'format' }])
  })

  test.each([
    ['blank', ' \u200b\n'],
    ['charset', 'spam\u0007'],
    ['charset', 'spam\0'],
    ['charset', 'spam\r\nX-Header: 1'],
  ])('general:validation_error: a reason that breaks the rule %s', async (rule, reason) => {
    expect((await ban(unknownId, { reason })).body.fields).toEqual([expect.objectContaining({ path: '/reason', rule })])
  })

  test('general:bad_request: no id, no reason', async () => {
    expect((await ban('nobody')).body.fields).toEqual([{ path: '/user_id', rule: 'type' }])
    expect((await ban(unknownId, { reason: '' })).body.fields).toEqual([{ path: '/reason', rule: 'required' }])
  })
})

test('eventstream:publish_failed: without the stream nothing is changed, and it goes on when the stream is back [FT4]', async () => {
  const redis = await startOwnRedis()
  const own = await startApp({ REDIS_URL: redis.url })
  const [by, target] = [await somebody(own, 'admin'), await somebody(own)]
  const body = { user_id: target.id, role: 'mod', reason: 'x' }
  const acts = ['/v0/users/ban', '/v0/users/unban', '/v0/users/roles/grant', '/v0/users/roles/revoke']
  const prepare: Record<string, string> = {
    '/v0/users/unban': 'update users set banned_at = now() where id = $1',
    '/v0/users/roles/revoke': "insert into user_roles (user_id, role) values ($1, 'mod')",
  }
  const undo = ['update users set banned_at = null where id = $1', 'delete from user_roles where user_id = $1']
  for (const act of acts) {
    if (prepare[act]) await own.sql(prepare[act], [target.id])
    const state = () =>
      own.sql('select u.*, r.role from users u left join user_roles r on r.user_id = u.id where u.id = $1', [target.id])
    const before = await state()
    await redis.pause()
    const refused = await by.client.post(act, body)
    expect([act, ...said(refused), Number(refused.headers['retry-after']) > 0]).toEqual([
      act,
      503,
      'eventstream:publish_failed',
      true,
    ])
    expect(await state()).toEqual(before)
    await redis.resume()
    await expect.poll(async () => (await by.client.post(act, body)).status, { timeout: 15_000 }).toBe(200)
    for (const statement of undo) await own.sql(statement, [target.id])
  }
  expect(await own.sql('select action from moderation_logs')).toHaveLength(acts.length)
  await own.close()
  await redis.stop()
})
