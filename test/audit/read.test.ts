import { get as httpGet, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { said, somebody, unknownId } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { runAdmin } from '../support/server-process.ts'
import { sessionLookup, statementsOf } from '../support/statements.ts'
import { administrator, moderator, pagesOf } from './support.ts'

const url = '/v0/admin/audit'
let receiver: OtlpReceiver
let app: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
let target: { readonly id: string; readonly email: string; readonly handle: string }
const wrongly = () => ({ email: target.email, password: 'not the right password' })
beforeAll(async () => {
  receiver = await startOtlpReceiver()
  app = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  admin = await administrator(app)
  const { id, person } = await somebody(app)
  target = { id, email: person.email, handle: person.handle }
  const byProxy = { headers: { 'x-forwarded-for': '203.0.113.9', 'x-request-id': 'wrong-password' } }
  await app.client().post('/v0/auth/login', wrongly(), byProxy)
  for (const act of ['ban', 'unban'])
    await admin.client.post(
      `/v0/users/${act}`,
      { user_id: target.id, reason: `a ${act}` },
      { headers: { 'x-request-id': `act-${act}` } },
    )
})
afterAll(async () => {
  await app.close()
  await receiver.stop()
})

type Entry = {
  readonly id: string
  readonly type: string
  readonly created_at: string
  readonly user?: { readonly id: string }
}
const read = async (query = '', client: TestClient = admin.client) => {
  const { status, body } = await client.get(`${url}?${query}`)
  expect([query, status]).toEqual([query, 200])
  return body as { readonly data: readonly Entry[]; readonly next_cursor?: string }
}
const typesOf = async (query: string) => (await read(query)).data.map(({ type }) => type)

describe(`GET ${url}`, () => {
  test('has acts and events, newest first, with who, whom, where from and by which request', async () => {
    const { data } = await read(`user_id=${target.id}`)
    expect(data.map(({ type }) => type)).toEqual(['user:unban', 'user:ban', 'login_failed', 'sign_up'])
    const user = { id: target.id, handle: target.handle }
    const at = { id: expect.any(String), created_at: expect.stringMatching(/^\d{4}-.+\.\d{3}Z$/), user }
    const actor = { id: admin.id, handle: admin.person.handle }
    expect(data[1]).toEqual({ ...at, type: 'user:ban', actor, reason: 'a ban', request_id: 'act-ban' })
    expect(data[2]).toEqual({
      ...at,
      type: 'login_failed',
      ip_address: '203.0.113.9',
      user_agent: 'Postern tests',
      request_id: 'wrong-password',
    })
    // The same act as the account's owner reads of it, for whoever asks for that.
    const { data: events } = await read(`user_id=${target.id}&types=banned`)
    expect(events).toEqual([
      { ...at, id: data[1]?.id, type: 'banned', metadata: { reason: 'a ban' }, request_id: 'act-ban' },
    ])
  })

  test('each filter, and several at once', async () => {
    expect(await typesOf(`actor_id=${admin.id}`)).toEqual(['user:unban', 'user:ban'])
    expect(await typesOf(`actor_id=${target.id}`)).toEqual([])
    expect(await typesOf('types=user:ban,unbanned')).toEqual(['unbanned', 'user:ban'])
    expect(await typesOf('types=passkey_added')).toEqual([])
    expect(await typesOf('ip=203.0.113.9')).toEqual(['login_failed'])
    expect(await typesOf('ip=203.0.113.9&types=user:ban')).toEqual([])
    expect(await typesOf('ip=::ffff:203.0.113.9')).toEqual(['login_failed'])
    expect(await typesOf('request_id=act-unban')).toEqual(['user:unban'])
    expect(await typesOf(`user_id=${unknownId}`)).toEqual([])
    const [, banned] = (await read(`user_id=${target.id}`)).data
    const moment = (ms: number) => new Date(Date.parse(String(banned?.created_at)) + ms).toISOString()
    expect(await typesOf(`user_id=${target.id}&from=${moment(1)}`)).toEqual(['user:unban'])
    expect(await typesOf(`user_id=${target.id}&to=${moment(-600_000)}`)).toEqual([])
    expect(await typesOf(`user_id=${target.id}&from=${moment(-60_000)}&to=${moment(1)}`)).toContain('user:ban')
  })

  test('pages hold each entry once, those of one moment too, whatever comes meanwhile', async () => {
    await app.sql(
      `insert into security_events (id, user_id, type, created_at)
       select gen_random_uuid(), $1, 'passkey_renamed', '2026-01-02T03:04:05.678901Z'::timestamptz
         - make_interval(secs => (i / 5) * 0.000001) from generate_series(1, 23) i`,
      [target.id],
    )
    const all = (await read('types=passkey_renamed&limit=100')).data
    expect(all).toHaveLength(23)
    const pages = await pagesOf(admin.client, `${url}?types=passkey_renamed&limit=5`)
    expect(pages.map((page) => page.length)).toEqual([5, 5, 5, 5, 3])
    expect(pages.flat()).toEqual(all)
    const first = await read('limit=1')
    await app.client().post('/v0/auth/login', wrongly())
    const [next] = (await read(`limit=1&cursor=${first.next_cursor}`)).data
    expect(Date.parse(String(next?.created_at))).toBeLessThanOrEqual(Date.parse(String(first.data[0]?.created_at)))
  })

  test('the digest of an address without an account is not shown [AD2]', async () => {
    await app.client().post('/v0/auth/login', { email: 'nobody@example.com', password: 'not the right password' })
    const [{ digest } = {}] = await app.sql<{ digest: string }>(
      "select metadata ->> 'address_digest' as digest from security_events where user_id is null",
    )
    expect(digest).toMatch(/^[\w-]{43}$/)
    const { data } = await read('types=login_failed')
    expect(data.filter(({ user }) => user === undefined)).toHaveLength(1)
    expect(JSON.stringify(data)).not.toContain(digest)
  })

  test('a page is one statement, however many it names', async () => {
    for (const [id, query] of [
      ['count-all', 'limit=100'],
      ['count-types', 'types=login_failed,user:ban,banned&limit=100'],
    ]) {
      await admin.client.get(`${url}?${query}`, { headers: { 'x-request-id': String(id) } })
      const statements = await statementsOf(receiver, String(id))
      expect(statements.filter((name) => name !== sessionLookup)).toEqual([expect.stringMatching(/^SELECT/)])
    }
  })

  test('a moderator reads what is of accounts, and nothing of providers, invitations and mails', async () => {
    const invitation = { email: 'invited@example.com', reason: 'a colleague' }
    expect((await admin.client.post('/v0/admin/invitations', invitation)).status).toBe(202)
    expect(await typesOf('types=invitation:create')).toEqual(['invitation:create'])
    const mod = await moderator(app)
    expect((await read('types=invitation:create', mod.client)).data).toEqual([])
    expect((await read(`actor_id=${admin.id}`, mod.client)).data).toHaveLength(2)
  })

  test('general:bad_request for an id or a cursor that is none; general:validation_error for what breaks a rule', async () => {
    for (const query of ['actor_id=x', 'user_id=x', 'cursor=x', `cursor=${unknownId}`])
      expect([query, ...said(await admin.client.get(`${url}?${query}`))]).toEqual([query, 400, 'general:bad_request'])
    const years = ['from=0000-01-01T00:00:00Z', 'to=9999-12-31T23:59:59-23:59']
    for (const query of [
      'types=x',
      'from=yesterday',
      'to=2026-13-01T00:00:00Z',
      ...years,
      'ip=x',
      'request_id=%20',
      'limit=101',
    ])
      expect([query, ...said(await admin.client.get(`${url}?${query}`))]).toEqual([
        query,
        400,
        'general:validation_error',
      ])
  })
})

/** Entries whose bytes nobody reads yet. */
const begin = (client: TestClient, query = '') =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, accept: 'application/x-ndjson', 'x-forwarded-for': '127.0.0.1', host: 'auth.example.com' }
    httpGet(`${app.origin}${url}?${query}`, { agent: false, headers }, resolve).on('error', reject)
  })

describe(`GET ${url} with Accept: application/x-ndjson`, () => {
  const many = 40_000
  beforeAll(() =>
    app.sql(
      `insert into security_events (id, user_id, type, user_agent, created_at)
       select gen_random_uuid(), $1, 'logout', repeat('x', 300), now() - make_interval(secs => i / 3)
       from generate_series(1, $2) i`,
      [target.id, many],
    ),
  )

  test('streams every entry that matches, each a line, in order', async () => {
    const answer = await begin(admin.client, 'types=logout')
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/x-ndjson'])
    expect(answer.headers.vary).toContain('Accept')
    let text = ''
    for await (const chunk of answer) text += String(chunk)
    const entries = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry)
    expect(entries).toHaveLength(many)
    expect(new Set(entries.map(({ id }) => id)).size).toBe(many)
    const times = entries.map((entry) => entry.created_at)
    expect(times).toEqual([...times].sort().reverse())
  })

  test('rate_limit:exceeded while one is under way; whoever hangs up leaves nothing behind [AT5]', async () => {
    const begun = await begin(admin.client, 'types=logout')
    expect(begun.statusCode).toBe(200)
    const lines = { headers: { accept: 'application/x-ndjson' } }
    expect(said(await admin.client.get(url, lines))).toEqual([429, 'rate_limit:exceeded'])
    begun.on('error', () => undefined).destroy()
    await expect
      .poll(async () => (await admin.client.get(`${url}?types=banned`, lines)).status, { timeout: 10_000 })
      .toBe(200)
  })

  test('no connection to PostgreSQL and few rows are held for whoever does not read', async () => {
    const begun = await begin(admin.client, 'types=logout')
    const busy = async () => {
      const [row] = await app.sql<{ active: number }>(
        `select count(*)::int as active from pg_stat_activity
         where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`,
      )
      return row?.active
    }
    await expect.poll(busy, { timeout: 10_000 }).toBe(0)
    begun.on('error', () => undefined).destroy()
  })

  test('HEAD reads nothing of it and keeps no place', async () => {
    const lines = { headers: { accept: 'application/x-ndjson' } }
    await expect
      .poll(async () => (await admin.client.send('HEAD', `${url}?types=banned`, lines)).status, { timeout: 10_000 })
      .toBe(200)
    expect((await admin.client.get(`${url}?types=banned`, lines)).status).toBe(200)
  })
})

describe('npm run admin -- audit', () => {
  test('shows acts, and events too where they are asked for, by the same filters', async () => {
    const of = ['audit', '--user', target.email]
    const acts = (await runAdmin(app, of)).out.trimEnd().split('\n')
    expect(acts).toEqual([expect.stringContaining(' user:unban '), expect.stringContaining(' user:ban ')])
    expect(acts[0]).toContain(`by @${admin.person.handle} (${admin.id})`)
    const { out } = await runAdmin(app, [...of, '--events', '--request', 'act-ban', '--json'])
    expect((JSON.parse(out) as Entry[]).map(({ type }) => type)).toEqual(['user:ban'])
    expect((await runAdmin(app, ['audit', '--type', 'nothing'])).code).toBe(2)
  })
})
