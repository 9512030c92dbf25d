import { expect, test } from 'vitest'
import { sweep } from '../../src/worker/sweep.ts'
import { startApp, useApp } from '../support/app.ts'
import { mailsTo, signedInOnDevice, signUp } from '../support/people.ts'

const app = useApp()

const counts = async () => {
  const [row] = await app.sql<Record<string, number>>(`select
    (select count(*)::int from sessions) as sessions, (select count(*)::int from mailed_tokens) as mailed_tokens,
    (select count(*)::int from mails) as mails, (select count(*)::int from sign_ups) as sign_ups,
    (select count(*)::int from handles) as handles, (select count(*)::int from rate_counters) as rate_counters,
    (select count(*)::int from users) as users, (select count(*)::int from devices) as devices`)
  return row
}

test('the sweep takes what has ended for long, keeps what has ended of late, and lets nothing else go', async () => {
  await signedInOnDevice(app)
  await mailsTo(app, (await signUp(app)).email)
  const before = await counts()
  await sweep(app.deps.db)
  expect(await counts()).toEqual(before)

  for (const [table, column] of [
    ['sessions', 'max_expires_at'],
    ['mailed_tokens', 'expires_at'],
    ['mails', 'expires_at'],
    ['sign_ups', 'expires_at'],
  ]) {
    await app.sql(`update ${table} set ${column} = now() - interval '1 hour'`)
  }
  await sweep(app.deps.db)
  expect(await counts()).toEqual(before)

  await app.sql("update sessions set max_expires_at = now() - interval '31 days'")
  for (const table of ['mailed_tokens', 'mails', 'sign_ups']) {
    await app.sql(`update ${table} set expires_at = now() - interval '31 days'`)
  }
  await app.sql("update rate_counters set resets_at = now() - interval '1 second'")
  await sweep(app.deps.db)
  expect(await counts()).toEqual({
    sessions: 0,
    mailed_tokens: 0,
    mails: 0,
    sign_ups: 0,
    handles: 1,
    rate_counters: 0,
    users: 1,
    devices: 1,
  })
})

test('refresh tokens go 30 days after their use or expiry, families 30 days after their end', async () => {
  const { client } = await signedInOnDevice(app)
  await client.post('/v0/auth/token')
  await client.post('/v0/auth/token/refresh')
  const expectLeft = async (tokens: number, families: number) => {
    await sweep(app.deps.db)
    expect(await app.sql('select from refresh_tokens')).toHaveLength(tokens)
    expect(await app.sql('select from refresh_families')).toHaveLength(families)
  }
  await app.sql("update refresh_tokens set expires_at = now() - interval '31 days' where rotated_at is not null")
  await app.sql("update refresh_tokens set expires_at = now() - interval '29 days' where rotated_at is null")
  await app.sql(
    "update refresh_families set expires_at = now() - interval '29 days', ended_at = now() - interval '31 days'",
  )
  await expectLeft(2, 1)
  await app.sql("update refresh_tokens set rotated_at = now() - interval '31 days' where rotated_at is not null")
  await expectLeft(1, 1)
  await app.sql("update refresh_tokens set expires_at = now() - interval '31 days'")
  await expectLeft(0, 1)
  await client.post('/v0/auth/token')
  await expectLeft(1, 2)
  await app.sql("update refresh_families set expires_at = now() - interval '31 days'")
  await expectLeft(0, 0)
})

test('events go after EVENTS_KEEP_DAYS, failed sign-ins of nobody after 30 days, in batches [AT5 AT20 DA3]', async () => {
  const short = await startApp({ EVENTS_KEEP_DAYS: '90', DATABASE_URL: app.config.databaseUrl })
  await signedInOnDevice(short)
  await short.sql('delete from security_events')
  const age = (who: string, days: number, count: number) =>
    short.sql(
      `insert into security_events (id, user_id, type, created_at)
       select gen_random_uuid(), ${who}, 'login_failed', now() - make_interval(days => $1) from generate_series(1, $2)`,
      [days, count],
    )
  const own = '(select id from users limit 1)'
  await age(own, 91, 2500)
  await age(own, 89, 3)
  await age('null::uuid', 31, 1500)
  await age('null::uuid', 29, 2)
  await sweep(short.deps.db)
  expect(
    await short.sql('select (user_id is null) as nobody, count(*)::int from security_events group by 1 order by 1'),
  ).toEqual([
    { nobody: false, count: 3 },
    { nobody: true, count: 2 },
  ])
  await short.close()
})

test('a sweep of many rows goes in batches', async () => {
  await app.sql(
    "insert into rate_counters select 'k' || i, 1, now() - interval '1 hour' from generate_series(1, 2500) i",
  )
  await sweep(app.deps.db)
  expect(await app.sql("select from rate_counters where key like 'k%'")).toEqual([])
})
