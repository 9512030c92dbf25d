import { afterAll, beforeAll, expect, test } from 'vitest'
import { countFigures } from '../../src/figures/count.ts'
import { administrator, moderator } from '../audit/support.ts'
import { said } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { makeUsers } from '../support/factories.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { mailsTo, signedInOnDevice } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'
import { statementsOf } from '../support/statements.ts'

const url = '/v0/admin/overview'
let receiver: OtlpReceiver
let app: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
beforeAll(async () => {
  receiver = await startOtlpReceiver()
  app = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  admin = await administrator(app)
})
afterAll(async () => {
  await app.close()
  await receiver.stop()
})

type Day = Readonly<Record<string, number>>
type Overview = {
  readonly days: readonly Day[]
  readonly counted_at?: string
  readonly errors: readonly { readonly code: string; readonly count: number; readonly cause?: string }[]
}
const read = async (query = '') => {
  const { status, body } = await admin.client.get(`${url}?${query}`)
  expect([query, status]).toEqual([query, 200])
  return body as unknown as Overview
}
const today = async () => {
  await countFigures(app.deps)
  return (await read('days=1')).days[0] ?? {}
}
const nothing = { sign_ups: 0, sign_ins: 0, failed: 0, sessions: 0, active_users: 0, mails_sent: 0, mails_failed: 0 }

test('nothing is counted yet: every day has its zeros, today’s last', async () => {
  const own = await startApp()
  const one = await administrator(own)
  const { body } = await one.client.get(`${url}?days=3`)
  const day = (past: number) => new Date(Date.now() - past * 86_400_000).toISOString().slice(0, 10)
  expect(body).toEqual({ days: [2, 1, 0].map((past) => ({ day: day(past), ...nothing })), errors: [] })
  await own.close()
})

test('a sign-up, a sign-in, a wrong password, sessions and mails are counted, and who was seen once', async () => {
  const before = await today()
  const { person, client } = await signedInOnDevice(app)
  await mailsTo(app, person.email, 2)
  await client.post('/v0/auth/reauthenticate', { password: person.password })
  await app.client().post('/v0/auth/login', { email: person.email, password: 'not the right password' })
  const after = await today()
  const more = (name: string) => (after[name] ?? 0) - (before[name] ?? 0)
  expect(['sign_ups', 'sign_ins', 'failed', 'sessions', 'active_users'].map(more)).toEqual([1, 1, 1, 2, 1])
  expect(await today()).toEqual(after)
  const { counted_at: countedAt = '' } = await read()
  expect(Math.abs(Date.parse(countedAt) - Date.now())).toBeLessThan(60_000)
})

test('of a day past, who was seen then by a session is counted on it; a session seen again the same day is not', async () => {
  const { id, client } = await administrator(app)
  await app.sql("update sessions set last_seen_at = now() - interval '1 day' where user_id = $1", [id])
  await client.get('/v0/user/me')
  await app.deps.lastSeen.flush()
  await app.deps.lastSeen.flush()
  const rows = await app.sql('select user_id from active_users where user_id = $1', [id])
  expect(rows).toHaveLength(1)
})

test('hours that were missed are counted, as far back as there are events, each once', async () => {
  const [user] = await makeUsers(app.deps.pool, 1)
  await app.sql(
    `insert into security_events (id, user_id, type, created_at)
     select gen_random_uuid(), $1, 'login_failed', (date_trunc('day', now() at time zone 'UTC') at time zone 'UTC') - interval '1 day' + make_interval(hours => i)
     from generate_series(0, 23) i`,
    [user?.id],
  )
  await app.sql('delete from figures')
  await today()
  expect((await read('days=2')).days[0]).toMatchObject({ failed: 24 })
  await today()
  expect((await read('days=2')).days[0]).toMatchObject({ failed: 24 })
})

test('mails that failed are counted: refused for good, and given up', async () => {
  const before = await today()
  await app.sql(
    `insert into mails (id, kind, attempts, refusal, expires_at) values
       (gen_random_uuid(), 'message', 1, '550', now() + interval '1 hour'),
       (gen_random_uuid(), 'message', 9, null, greatest(date_trunc('hour', now()), now() - interval '1 second')),
       (gen_random_uuid(), 'probe', 9, null, greatest(date_trunc('hour', now()), now() - interval '1 second'))`,
  )
  const after = await today()
  expect(Number(after.mails_failed) - Number(before.mails_failed)).toBe(2)
})

test('errors of the last hour by code, most frequent first, with whose fault they are', async () => {
  await app.sql('delete from refusals')
  await app.sql(
    `insert into refusals (id, request_id, method, route, code, network, refused_at)
     select gen_random_uuid(), 'r', 'POST', '/v0/auth/login', code, '192.0.2.1', now() - minutes * interval '1 minute'
     from (values ('auth:invalid_credentials', 5), ('auth:invalid_credentials', 50), ('system:internal_error', 1),
       ('user:banned', 61)) as one (code, minutes)`,
  )
  expect((await read()).errors).toEqual([
    { code: 'auth:invalid_credentials', cause: 'caller', count: 2 },
    { code: 'system:internal_error', cause: 'operator', count: 1 },
  ])
})

test('it is two statements and the one that finds the session, however many days', async () => {
  await admin.client.get(`${url}?days=365`, { headers: { 'x-request-id': 'counted' } })
  expect((await statementsOf(receiver, 'counted')).length).toBeLessThanOrEqual(3)
})

test('general:validation_error for days that are none or too many', async () => {
  for (const days of ['0', '366'])
    expect([days, ...said(await admin.client.get(`${url}?days=${days}`))]).toEqual([
      days,
      400,
      'general:validation_error',
    ])
})

test('general:bad_request for days that are no number', async () => {
  expect(said(await admin.client.get(`${url}?days=x`))).toEqual([400, 'general:bad_request'])
})

test('user:permission_insufficient for a moderator', async () => {
  const { client } = await moderator(app)
  expect(said(await client.get(url))).toEqual([403, 'user:permission_insufficient'])
})

test('npm run admin -- overview', async () => {
  const { out } = await runAdmin(app, ['overview', '--days', '2'])
  expect(out.split('\n')[0]).toMatch(
    /^ +day +sign_ups +sign_ins +failed +sessions +active_users +mails_sent +mails_failed$/,
  )
  expect((await runAdmin(app, ['overview', '--days', '0'])).code).toBe(2)
})
