import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countFigures } from '../../src/figures/count.ts'
import { administrator } from '../audit/support.ts'
import { startApp, type TestApp } from '../support/app.ts'

/** `npm run oversight:speed` sets it to 1,000,000. */
const users = Number(process.env.OVERSIGHT_USERS ?? 2000)
const eventsOfAUser = 5
const mostMs = 100
const turns = users < 10_000 ? 5 : 40

let app: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
beforeAll(async () => {
  app = await startApp({ DATABASE_TIMEOUT_MS: '60000' })
  const database = new pg.Client({ connectionString: app.config.databaseUrl })
  await database.connect()
  const run = (text: string) => database.query(text)
  await run(`
    insert into users (id, email, email_key, handle, display_name)
    select gen_random_uuid(), i || '@example.com', i || '@example.com', 'u' || i, 'User ' || i
    from generate_series(1, ${users}) i`)
  // Most are sign-ins, a tenth failed ones, few are rare; addresses come again, as those of offices do.
  const started = performance.now()
  await run(`
    insert into security_events (id, user_id, type, ip_address, request_id, created_at)
    select gen_random_uuid(), one.id,
      case when n % 1000 = 0 then 'totp_disabled' when n % 10 = 0 then 'login_failed' else 'login_succeeded' end,
      '198.' || (n % 200) || '.' || (n / 200 % 250) || '.' || (n % 7), 'r' || n,
      now() - (n * 1.0 / (${users} * ${eventsOfAUser})) * interval '30 days'
    from (select id, row_number() over () as number from users) as one,
      lateral (select number * ${eventsOfAUser} - k as n from generate_series(0, ${eventsOfAUser - 1}) k) as numbers`)
  process.stdout.write(`${users * eventsOfAUser} events in ${Math.round(performance.now() - started)} ms\n`)
  await run(`
    insert into moderation_logs (id, action, actor_id, resource_type, resource_id, reason, metadata, created_at)
    select gen_random_uuid(), case when i % 50 = 0 then 'user:grant_role' else 'user:ban' end, gen_random_uuid(), 'User',
      gen_random_uuid(), 'spam', '{}', now() - i * interval '1 minute' from generate_series(1, ${users / 20}) i`)
  await run(`
    insert into refusals (id, request_id, method, route, code, user_id, network, refused_at)
    select gen_random_uuid(), 'r' || i, 'POST', case when i % 5000 = 0 then '/v0/rare' else '/v0/auth/login' end,
      case when i % 5000 = 0 then 'user:banned' else 'auth:invalid_credentials' end,
      gen_random_uuid(), '198.51.' || (i % 250) || '.1', now() - (i * 1.0 / ${users}) * interval '7 days'
    from generate_series(1, ${users}) i`)
  await run(`
    insert into mails (id, kind, payload, attempts, sent_at, created_at, expires_at)
    select gen_random_uuid(), 'message', case when i % 1000 = 0 then 'sealed'::bytea end, 1,
      case when i % 1000 = 0 then null else now() end, now(), now() + interval '1 day' from generate_series(1, ${users}) i`)
  for (const table of ['users', 'security_events', 'moderation_logs', 'refusals', 'mails'])
    await run(`vacuum analyze ${table}`)
  await database.end()
  admin = await administrator(app)
}, 1_800_000)
afterAll(() => app.close())

const at = (list: readonly number[], share: number) =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length * share)] ?? 0

/** Asks as often as it takes to know what the slowest take, and says so. */
async function measure(name: string, url: () => string): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    const started = performance.now()
    const { status, code } = await admin.client.get(url())
    times.push(performance.now() - started)
    expect([name, status, code]).toEqual([name, 200, undefined])
  }
  process.stdout.write(`${name}: median ${at(times, 0.5).toFixed(1)} ms, p95 ${at(times, 0.95).toFixed(1)} ms\n`)
  return at(times, 0.95)
}

/** The cursor of a place far down the list. */
async function deep(list: string, moment: string): Promise<string> {
  const { body } = await admin.client.get(`${list}limit=1&to=${encodeURIComponent(moment)}`)
  return String(body.next_cursor)
}

const any = (most: number): number => Math.floor(Math.random() * most)
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

test(`any page and any filter of a million users takes less than ${mostMs} ms in 95 of 100 cases`, {
  timeout: 600_000,
}, async () => {
  const counting = performance.now()
  await countFigures(app.deps)
  process.stdout.write(`30 days counted in ${Math.round(performance.now() - counting)} ms\n`)
  const again = performance.now()
  await countFigures(app.deps)
  process.stdout.write(`the last two hours counted in ${Math.round(performance.now() - again)} ms\n`)

  const ids = (await app.sql<{ id: string }>('select id from users limit 1000')).map(({ id }) => id)
  const audit = '/v0/admin/audit?'
  const refusals = '/v0/admin/refusals?'
  const [middle, end] = [await deep(audit, daysAgo(15)), await deep(audit, daysAgo(29.9))]
  const old = await deep(refusals, daysAgo(6.9))
  const questions: Readonly<Record<string, () => string>> = {
    'audit, first page': () => `${audit}limit=100`,
    'audit, a page in the middle': () => `${audit}limit=100&cursor=${middle}`,
    'audit, the last page': () => `${audit}limit=100&cursor=${end}`,
    'audit of an account': () => `${audit}user_id=${ids[any(ids.length)]}`,
    'audit of a common type': () => `${audit}types=login_failed&limit=100`,
    'audit of a rare type': () => `${audit}types=totp_disabled,user:grant_role&limit=100`,
    'audit of a type that nobody has': () => `${audit}types=passkey_clone_suspected`,
    'audit of an address': () => `${audit}ip=198.${any(200)}.${any(250)}.${any(7)}&limit=100`,
    'audit of a request': () => `${audit}request_id=r${any(users * eventsOfAUser)}`,
    'audit of a day': () => `${audit}from=${daysAgo(10)}&to=${daysAgo(9)}&limit=100`,
    'audit of nobody': () => `${audit}actor_id=${ids[any(ids.length)]}`,
    'refusals, first page': () => `${refusals}limit=100`,
    'refusals, the last page': () => `${refusals}limit=100&cursor=${old}`,
    'refusals of a request': () => `${refusals}request_id=r${any(users)}`,
    'refusals of an address': () => `${refusals}email=${any(users)}@example.com`,
    'refusals of a rare code': () => `${refusals}code=user:banned&limit=100`,
    'refusals of a rare route': () => `${refusals}route=/v0/rare&limit=100`,
    'refusals of a network': () => `${refusals}ip=198.51.${any(250)}.1&limit=100`,
    diagnosis: () => `/v0/admin/diagnosis?email=${1 + any(users - 1)}@example.com`,
    'diagnosis of nobody': () => `/v0/admin/diagnosis?email=nobody${any(users)}@example.com`,
    'overview of a year': () => '/v0/admin/overview?days=365',
    'mails that wait': () => '/v0/admin/mails?state=waiting&limit=100',
    'mails that failed': () => '/v0/admin/mails?state=failed&limit=100',
  }
  const slow: string[] = []
  for (const [name, url] of Object.entries(questions)) if ((await measure(name, url)) >= mostMs) slow.push(name)
  expect(slow).toEqual([])
})
