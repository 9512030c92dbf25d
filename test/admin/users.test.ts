import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { giveRole, said, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { makePasskeys, makeUsers } from '../support/factories.ts'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { newPerson, signedUp, signUp } from '../support/people.ts'
import { roundTripsOf, sessionLookup } from '../support/statements.ts'
import { withTotp } from '../totp/support.ts'
import { inConsole } from './support.ts'

const url = '/v0/admin/users'
type Listed = { readonly id: string; readonly handle: string; readonly status: string; readonly factors: string[] }
type Page = { readonly data: Listed[]; readonly next_cursor?: string; readonly approximate_total: number }

const receiver = await startOtlpReceiver()
let app: TestApp
let admin: Awaited<ReturnType<typeof inConsole>>
beforeAll(async () => {
  app = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  admin = await inConsole(app)
})
afterAll(async () => {
  await app.close()
  await receiver.stop()
})

const ask = (query: Readonly<Record<string, string | number>> = {}) =>
  admin.client.get(`${url}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`)

async function read(query: Readonly<Record<string, string | number>> = {}): Promise<Page> {
  const { status, body } = await ask(query)
  expect([query, status]).toEqual([query, 200])
  return body as Page
}
const handlesOf = async (query: Readonly<Record<string, string | number>>) =>
  (await read(query)).data.map(({ handle }) => handle).toSorted()

async function person(handle: string, more: object = {}) {
  const { person: own, client } = await signedUp(app, newPerson({ handle, ...more }))
  const { body } = await client.get('/v0/user/me')
  return { id: String(body.id), person: own, client }
}

describe(`GET ${url}`, () => {
  test('shows of an account what its row and factors say, and nothing else', async () => {
    const own = await withTotp(app)
    const { body: me } = await own.client.get('/v0/user/me')
    await makePasskeys(app.deps.pool, [{ id: String(me.id) }])
    const { data, approximate_total } = await read({ id: String(me.id) })
    expect([data, approximate_total]).toEqual([
      [
        {
          id: me.id,
          email: own.person.email,
          handle: own.person.handle,
          display_name: own.person.display_name,
          status: 'active',
          roles: [],
          created_at: me.created_at,
          factors: ['password', 'totp', 'passkey'],
        },
      ],
      1,
    ])
  })

  describe.each(['created_at', 'last_seen_at', 'email'])('sorted by %s', (sort) => {
    test.each(['asc', 'desc'])(
      '%s: pages have each account once, in order, whatever ties there are',
      async (direction) => {
        await makeUsers(app.deps.pool, 9)
        await app.sql("update users set created_at = date_trunc('minute', created_at) where handle like 'b\\_%'")
        await app.sql("update users set last_seen_at = date_trunc('hour', now()) where handle like 'b\\_1%'")
        const all: Listed[] = []
        let cursor: string | undefined
        do {
          const page = await read({ sort, direction, limit: 4, ...(cursor && { cursor }) })
          expect(page.data.length).toBeLessThanOrEqual(4)
          all.push(...page.data)
          cursor = page.next_cursor
        } while (cursor !== undefined)
        const by = {
          created_at: 'created_at',
          last_seen_at: "coalesce(last_seen_at, '-infinity')",
          email: 'email_key',
        }[sort]
        const rows = await app.sql<{ id: string }>(
          `select id from users where deleted_at is null order by ${by} ${direction}, id ${direction}`,
        )
        expect(all.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
        expect((await read({ limit: 1 })).approximate_total).toBe(rows.length)
      },
    )
  })

  test('by part: of an address, a handle or a name, in any case and without accents; short parts at beginnings', async () => {
    await person('zoe_part', { display_name: 'Zoé Queneau', email: 'zq.special@parts.example' })
    for (const query of ['special@pa', 'SPECIAL', 'e_par', '@zoe_p', 'epart', 'zoe', 'Queneau', 'quen zoé', 'zq', 'zo'])
      expect([query, await handlesOf({ query })]).toEqual([query, ['zoe_part']])
    for (const query of ['@special', 'ueneau zoo', 'nobody at all', 'qx', '@'])
      expect(await handlesOf({ query })).toEqual([])
  })

  test('%, _ and \\ are text [AD7]', async () => {
    await person('per_cent')
    await person('percent', { email: 'plain@parts.example', display_name: 'Anna Bell' })
    const all = (await read()).approximate_total
    expect(all).toBeGreaterThan(3)
    for (const query of ['%', '%%%', '\\', '\\\\\\', 'a%b', 'a_b', 'Anna%Bell', "'; drop table users; --"])
      expect([query, await handlesOf({ query })]).toEqual([query, []])
    for (const query of ['r_cent', 'per_', '@per_']) expect(await handlesOf({ query })).toEqual(['per_cent'])
    for (const email of ['%', '_', 'pl%', 'plain_']) expect(await handlesOf({ email })).toEqual([])
    expect(await handlesOf({ email: 'Plain@' })).toEqual(['percent'])
    expect(await handlesOf({ handle: '%' })).toEqual([])
  })

  test('by exact handle, role, factor and time', async () => {
    const [mod, before] = [await person('a_mod_one'), new Date().toISOString()]
    const past = await person('a_mod_past')
    await giveRole(app, mod.id, 'mod')
    await giveRole(app, past.id, 'mod', before)
    expect(await handlesOf({ role: 'mod' })).toEqual(['a_mod_one'])
    expect(await handlesOf({ role: 'admin' })).toEqual([admin.person.handle])
    expect(await handlesOf({ handle: 'A_Mod_One' })).toEqual(['a_mod_one'])
    await makePasskeys(app.deps.pool, [{ id: past.id }])
    expect(await handlesOf({ has: 'passkey', created_after: before })).toEqual(['a_mod_past'])
    expect(await handlesOf({ has: 'totp', created_after: before })).toEqual([])
    expect(await handlesOf({ has: 'password', created_after: before })).toEqual(['a_mod_past'])
    expect(await handlesOf({ created_before: before, query: '@a_mod' })).toEqual(['a_mod_one'])
    await app.sql(
      `insert into oauth_identities (id, user_id, provider_id, issuer, subject) values (gen_random_uuid(), $1, 'google', 'g', 's')`,
      [mod.id],
    )
    expect((await read({ has: 'oauth:google' })).data.map(({ factors }) => factors)).toEqual([
      ['password', 'oauth:google'],
    ])
    expect(await handlesOf({ has: 'oauth:github' })).toEqual([])
  })

  test('by state: banned until a time or for good, deleted, and sign-ups that wait', async () => {
    const [banned, freed, deleted] = [await person('ban_now'), await person('ban_past'), await person('del_now')]
    await app.sql('update users set banned_at = now() where id = $1', [banned.id])
    await app.sql('update users set banned_at = now(), banned_until = now() where id = $1', [freed.id])
    const { password } = deleted.person
    expect((await deleted.client.send('DELETE', '/v0/user/me', { body: { password } })).status).toBe(204)
    const waiting = await signUp(app, newPerson({ handle: 'wait_now' }))
    expect(await handlesOf({ status: 'banned' })).toEqual(['ban_now'])
    expect(await handlesOf({ status: 'active', query: '@ban' })).toEqual(['ban_past'])
    expect((await read({ status: 'deleted' })).data).toEqual([
      expect.objectContaining({ id: deleted.id, handle: 'del_now', status: 'deleted', email: '', factors: [] }),
    ])
    expect(await handlesOf({ query: '@del_n' })).toEqual([])
    for (const filter of [{}, { query: 'ait_n' }, { email: waiting.email }, { handle: 'Wait_Now' }])
      expect((await read({ status: 'waiting', ...filter })).data).toEqual([
        expect.objectContaining({ handle: 'wait_now', email: waiting.email, status: 'waiting' }),
      ])
    expect(await handlesOf({ status: 'waiting', role: 'mod' })).toEqual([])
  })

  test('last_seen_at follows the use of a session, at most once an hour; seen_before includes the never seen', async () => {
    const own = await person('seen_one')
    await app.sql('update users set last_seen_at = null where id = $1', [own.id])
    const seen = async () => {
      await app.sql("update sessions set last_seen_at = now() - interval '2 minutes' where user_id = $1", [own.id])
      expect((await own.client.get('/v0/user/me')).status).toBe(200)
      await app.deps.lastSeen.flush()
      return (await app.sql<{ at: Date | null }>('select last_seen_at as at from users where id = $1', [own.id]))[0]?.at
    }
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    expect(await handlesOf({ query: '@seen_one', seen_before: '2020-01-01T00:00:00Z' })).toEqual(['seen_one'])
    const first = await seen()
    expect(first).toBeInstanceOf(Date)
    expect(await seen()).toEqual(first)
    await app.sql("update users set last_seen_at = now() - interval '61 minutes' where id = $1", [own.id])
    expect((await seen())?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? 0)
    expect(await handlesOf({ query: '@seen_one', seen_before: '2020-01-01T00:00:00Z' })).toEqual([])
    expect(await handlesOf({ query: '@seen_one', seen_before: inAnHour })).toEqual(['seen_one'])
  })

  test('of more than a thousand that match it says no exact number', async () => {
    await makeUsers(app.deps.pool, 1010)
    expect((await read({ query: 'bulk-', limit: 1 })).approximate_total).toBe(1001)
    await app.sql('analyze users')
    const [{ count } = { count: 0 }] = await app.sql<{ count: number }>('select count(*)::int as count from users')
    expect((await read({ limit: 1 })).approximate_total).toBe(count)
  })

  test('general:bad_request: a cursor that is none, or of another order', async () => {
    const { next_cursor: cursor = '' } = await read({ limit: 1 })
    const [sort, direction, key, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[]
    const made = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url')
    const wrong = [
      'junk',
      made({}),
      made([sort, direction, key, 'no id']),
      made([sort, direction, 'no time', id]),
      made([sort, direction, '2026-13-45T99:99:99.000000Z', id]),
      made([sort, direction, '2026-02-30T00:00:00.000000Z', id]),
      made([sort, direction, '0000-01-01T00:00:00.000000Z', id]),
      made([sort, direction, key, id, 'more']),
    ]
    for (const one of wrong)
      expect([one, said(await ask({ cursor: one }))]).toEqual([one, [400, 'general:bad_request']])
    expect(said(await ask({ cursor, direction: 'asc' }))).toEqual([400, 'general:bad_request'])
    expect(said(await ask({ cursor, sort: 'email', direction: 'desc' }))).toEqual([400, 'general:bad_request'])
    expect(said(await ask({ cursor }))).toEqual([200, undefined])
  })

  test.each([
    ['status', 'gone'],
    ['role', 'king'],
    ['sort', 'handle'],
    ['direction', 'up'],
    ['has', 'luck'],
    ['limit', '101'],
    ['created_after', 'yesterday'],
    ['created_before', '0000-01-01T00:00:00Z'],
    ['seen_before', '9999-12-31T23:59:59-23:59'],
    ['query', 'a\0b'],
  ])('general:validation_error: %s=%s', async (name, value) => {
    expect(said(await ask({ [name]: value }))).toEqual([400, 'general:validation_error'])
  })

  test('a page takes one statement of its own, however many it shows', async () => {
    const headers = { 'x-request-id': 'counted' }
    expect((await admin.client.get(`${url}?limit=100`, { headers })).status).toBe(200)
    const names = (await roundTripsOf(receiver, 'counted')).filter((name) => name !== sessionLookup)
    expect(names.filter((name) => name.startsWith('SELECT'))).toHaveLength(1)
    // With the beginning and the end of the transaction.
    expect(names.length).toBeLessThanOrEqual(3)
  })

  test('a moderator reads it; user:permission_insufficient for anybody without a role', async () => {
    const mod = await inConsole(app, 'mod')
    expect((await mod.client.get(url)).status).toBe(200)
    await app.sql('delete from user_roles where user_id = $1', [mod.id])
    expect(said(await mod.client.get(url))).toEqual([403, 'user:permission_insufficient'])
    expect(said(await (await somebody(app, 'admin')).client.get(url))).toEqual([401, 'user:unauthorized'])
  })
})
