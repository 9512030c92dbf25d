import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { said, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'

let app: TestApp
beforeAll(async () => {
  // Ten connections, of which three are for such reads, and of these two for one kind; a statement may take four seconds.
  app = await startApp()
})
afterAll(() => app.close())

/** Nobody gets at the table until it is over. */
async function locked(table: string, act: (waitingFor: () => Promise<number>) => Promise<void>): Promise<void> {
  const holder = new pg.Client({ connectionString: app.config.databaseUrl })
  await holder.connect()
  await holder.query('begin')
  await holder.query(`lock table ${table} in access exclusive mode`)
  const countWaiting = async () => {
    const { rows } = await holder.query<{ count: number }>(
      'select count(*)::int as count from pg_locks where not granted and relation = $1::regclass and database = (select oid from pg_database where datname = current_database())',
      [table],
    )
    return rows[0]?.count ?? 0
  }
  try {
    await act(countWaiting)
  } finally {
    await holder.end()
  }
}

describe('reads that grow', () => {
  test('of fifty that hang two have a connection, the rest wait without one, and nobody else notices [AT5]', async () => {
    const readers = await Promise.all(Array.from({ length: 5 }, () => somebody(app, 'mod')))
    let asked: Promise<unknown>[] = []
    await locked('moderation_logs', async (countWaiting) => {
      asked = readers.flatMap(({ client }) =>
        Array.from({ length: 10 }, () => client.get('/v0/moderation/logs').then(said)),
      )
      await expect.poll(countWaiting, { timeout: 3000 }).toBe(2)
      const { client } = readers[0] as (typeof readers)[0]
      const started = performance.now()
      // Other kinds have their own place, what is no such read all the other connections.
      expect((await app.client().get('/v0/search/users?query=person')).status).toBe(200)
      expect((await client.get('/v0/auth/devices')).status).toBe(200)
      expect(
        await app.client().post('/v0/auth/login', { email: 'nobody@example.com', password: 'x' }).then(said),
      ).toEqual([401, 'auth:invalid_credentials'])
      expect(performance.now() - started).toBeLessThan(2000)
      expect(await countWaiting()).toBe(2)
      await expect
        .poll(() => Promise.race([...asked, 'waiting']), { timeout: 5000 })
        .toEqual([429, 'rate_limit:exceeded'])
    })
    const answers = (await Promise.all(asked)) as [number, string | undefined][]
    // Those that were let in are answered once the table is free.
    expect(new Set(answers.map(([status]) => status))).toEqual(new Set([200, 429]))
    for (const { client } of readers) expect((await client.get('/v0/moderation/logs')).status).toBe(200)
  })

  test('rate_limit:exceeded says when to come again', async () => {
    const { client } = await somebody(app)
    await locked('security_events', async (countWaiting) => {
      const all = Array.from({ length: 18 }, () => client.get('/v0/user/me/security-events'))
      await expect.poll(countWaiting, { timeout: 3000 }).toBe(1)
      const refused = await Promise.race(all)
      expect(said(refused)).toEqual([429, 'rate_limit:exceeded'])
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    })
  })

  test('system:database_error where the statement takes a fifth of what others may', async () => {
    const quick = await startApp({ DATABASE_TIMEOUT_MS: '5000', DATABASE_URL: app.config.databaseUrl })
    const { client } = await somebody(quick)
    await locked('sessions', async () => {
      const started = performance.now()
      expect(said(await client.get('/v0/auth/sessions'))).toEqual([500, 'system:database_error'])
      expect(performance.now() - started).toBeLessThan(4000)
    })
    await quick.close()
  })

  test('system:database_error where the session is not remembered and its table is locked', async () => {
    const { client } = await somebody(app)
    const quick = await startApp({ DATABASE_TIMEOUT_MS: '2000', DATABASE_URL: app.config.databaseUrl })
    const stranger = quick.client()
    for (const [name, value] of client.cookies) stranger.cookies.set(name, value)
    await locked('sessions', async () => {
      for (const path of ['/v0/auth/sessions', '/v0/auth/session', '/v0/user/me'])
        expect(said(await stranger.get(path))).toEqual([500, 'system:database_error'])
    })
    await quick.close()
  })
})
