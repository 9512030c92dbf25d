import { sql } from 'drizzle-orm'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { databaseFailureKind, violatesUnique } from '../../src/db/failure.ts'
import { type Transaction, transaction } from '../../src/db/transaction.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { mailedToken, newPerson, type Person, signedUp, signUp } from '../support/people.ts'
import { openProxy, type PostgresProxy } from '../support/proxy.ts'

let database: TestDatabase
let proxy: PostgresProxy
let app: TestApp
const openApp = async (env: Readonly<Record<string, string | undefined>>) => {
  database = await createDatabase(inject('postgresUrl'))
  proxy = await openProxy(database.url)
  app = await startApp({ DATABASE_URL: proxy.url, ...env })
}
const closeApp = async () => {
  await proxy.restore()
  await app.close()
  await proxy.close()
  await database.drop()
}

/** Straight to PostgreSQL, past proxy and pool. */
async function aside<Result>(act: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}

type Request = readonly [name: string, send: () => Promise<Answer>]
type Prepared = { readonly person: Person; readonly client: TestClient; readonly requests: readonly Request[] }

/** A session, links that wait, and every kind of request that needs the database. */
async function prepare(): Promise<Prepared> {
  const { person, client } = await signedUp(app)
  const waiting = await signUp(app)
  const verification = await mailedToken(app, waiting.email)
  await app.client().post('/v0/auth/login', { email: person.email, password: person.password })
  const deviceToken = await mailedToken(app, person.email, 2)
  const fresh = () => app.client()
  const requests: Request[] = [
    ['GET /v0/user/me', () => client.get('/v0/user/me')],
    ['login', () => fresh().post('/v0/auth/login', { email: person.email, password: person.password })],
    ['login with a wrong password', () => fresh().post('/v0/auth/login', { email: person.email, password: 'no' })],
    ['sign-up', () => fresh().post('/v0/auth/signup', newPerson())],
    ['verify-email', () => fresh().post('/v0/auth/verify-email', { token: verification })],
    ['verify-email, signed in', () => client.post('/v0/auth/verify-email', { token: verification })],
    ['device/verify', () => fresh().post('/v0/auth/device/verify', { token: deviceToken })],
    ['resend', () => fresh().post('/v0/auth/resend-verification-email', { email: waiting.email })],
    ['logout', () => client.post('/v0/auth/logout')],
  ]
  return { person, client, requests }
}

/** All at once; each within the deadline says that the database failed, and takes nobody's cookie away. */
async function expectOutage({ client, requests }: Prepared, withinMs: number): Promise<void> {
  const cookies = new Map(client.cookies)
  const answers = await Promise.all(
    requests.map(async ([name, send]) => {
      const startedAt = performance.now()
      const { status, code, setCookies } = await send()
      return { name, seen: [status, code, setCookies], tookMs: performance.now() - startedAt }
    }),
  )
  const [live, ready] = await Promise.all([app.client().get('/health/live'), app.client().get('/health/ready')])
  for (const { name, seen, tookMs } of answers) {
    expect.soft([name, ...seen]).toEqual([name, 500, 'system:database_error', []])
    expect.soft(tookMs, name).toBeLessThan(withinMs)
  }
  expect(client.cookies).toEqual(cookies)
  expect(live.status).toBe(204)
  expect(ready.status).toBe(503)
  expect(ready.body).toMatchObject({ status: 'down', checks: { postgres: 'down' } })
}

const expectRecovery = async ({ client }: Prepared) => {
  const startedAt = performance.now()
  await vi.waitFor(async () => expect((await client.get('/v0/user/me')).status).toBe(200), {
    timeout: 5000,
    interval: 50,
  })
  await vi.waitFor(async () => expect((await app.client().get('/health/ready')).body.status).toBe('up'), {
    timeout: 5000,
    interval: 50,
  })
  expect(performance.now() - startedAt).toBeLessThan(5000)
  await signUp(app)
}

describe('with a short deadline', () => {
  const timeoutMs = 600
  beforeAll(() => openApp({ DATABASE_TIMEOUT_MS: String(timeoutMs), DATABASE_POOL_SIZE: '5' }))
  afterEach(() => proxy.restore())
  afterAll(closeApp)

  test('PostgreSQL gone: system:database_error, and all is well once it is back [FT1]', async () => {
    const prepared = await prepare()
    await proxy.cut()
    await expectOutage(prepared, timeoutMs + 500)
    await proxy.restore()
    await expectRecovery(prepared)
  })

  test('PostgreSQL mute: system:database_error at the deadline, and all is well once it speaks [FT2]', async () => {
    const prepared = await prepare()
    proxy.hang()
    await expectOutage(prepared, timeoutMs + 250 + 500)
    await proxy.restore()
    await expectRecovery(prepared)
  })

  test('every connection cut in the middle of sign-ups: documented errors only, and the process lives on [FT1]', async () => {
    const prepared = await prepare()
    const sent = Array.from({ length: 12 }, () => app.client().post('/v0/auth/signup', newPerson()))
    await vi.waitFor(() => expect(app.deps.pool.totalCount - app.deps.pool.idleCount).toBeGreaterThan(1), {
      interval: 1,
    })
    await proxy.cut()
    for (const { code } of await Promise.all(sent))
      expect([undefined, 'system:database_error', 'system:transaction_error']).toContain(code)
    await proxy.restore()
    await expectRecovery(prepared)
  })

  test('backends ended by the operator are replaced [FT1]', async () => {
    const prepared = await prepare()
    await aside((client) =>
      client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      ),
    )
    await expectRecovery(prepared)
  })

  test('a full pool: system:database_error at the deadline, the pool no bigger, other routes at work [FT2]', async () => {
    const { client } = await prepare()
    const held = await Promise.all(Array.from({ length: 5 }, () => app.deps.pool.connect()))
    const startedAt = performance.now()
    const [answer, live] = await Promise.all([client.get('/v0/user/me'), app.client().get('/health/live')])
    expect([answer.status, answer.code, live.status]).toEqual([500, 'system:database_error', 204])
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs + 300)
    expect(app.deps.pool.totalCount).toBe(5)
    for (const connection of held) connection.release()
    expect((await client.get('/v0/user/me')).status).toBe(200)
  })

  test('a locked row: system:transaction_error, and nothing half done [FT3]', async () => {
    const first = await signUp(app)
    const token = await mailedToken(app, first.email)
    const tables = ['sign_ups', 'handles', 'mailed_tokens', 'mails', 'pgboss.job']
    const counts = () => Promise.all(tables.map((table) => app.sql(`select count(*) from ${table}`)))
    await aside(async (other) => {
      await other.query('begin')
      await other.query('select 1 from sign_ups where email_key = $1 for update', [first.email])
      const before = await counts()
      const startedAt = performance.now()
      const answer = await app.client().post('/v0/auth/signup', newPerson({ email: first.email }))
      expect([answer.status, answer.code, answer.setCookies]).toEqual([500, 'system:transaction_error', []])
      expect(performance.now() - startedAt).toBeLessThan(timeoutMs + 500)
      expect(await counts()).toEqual(before)
      const client = app.client()
      const verification = await client.post('/v0/auth/verify-email', { token })
      expect([verification.code, client.cookies.size]).toEqual(['system:transaction_error', 0])
      expect(await counts()).toEqual(before)
      await other.query('rollback')
    })
    // What was refused was not consumed.
    expect((await app.client().post('/v0/auth/verify-email', { token })).status).toBe(204)
  })
})

describe('with one connection', () => {
  beforeAll(() => openApp({ DATABASE_TIMEOUT_MS: '800', DATABASE_POOL_SIZE: '1' }))
  afterAll(closeApp)

  test('sign-ups that queue behind a lock fail as documented, and the pool stays at one [FT2 FT3]', async () => {
    const { client } = await prepare()
    const first = await signUp(app)
    const codes = await aside(async (other) => {
      await other.query('begin')
      await other.query('select 1 from sign_ups where email_key = $1 for update', [first.email])
      const sent = Array.from({ length: 12 }, () =>
        app.client().post('/v0/auth/signup', newPerson({ email: first.email })),
      )
      await vi.waitFor(() => expect(app.deps.pool.waitingCount).toBeGreaterThan(5), { interval: 1, timeout: 5000 })
      expect((await app.client().get('/health/live')).status).toBe(204)
      const answers = await Promise.all(sent)
      expect(app.deps.pool.totalCount).toBeLessThanOrEqual(1)
      await other.query('rollback')
      return answers.map(({ code }) => code)
    })
    expect(new Set(codes)).toEqual(new Set(['system:transaction_error', 'system:database_error']))
    expect((await client.get('/v0/user/me')).status).toBe(200)
    await signUp(app, newPerson({ email: first.email }))
  })
})

describe('with the default deadline', () => {
  beforeAll(() => openApp({ DATABASE_TIMEOUT_MS: undefined }))
  afterAll(closeApp)

  test('PostgreSQL mute: system:database_error within 2.5 s, never a 401 [FT1 FT2]', async () => {
    const prepared = await prepare()
    proxy.hang()
    // A quarter of a second is the grid of the resend route.
    await expectOutage(prepared, 2750)
    await proxy.restore()
    await expectRecovery(prepared)
  })
})

describe('transaction', () => {
  let client: ReturnType<typeof openDatabase>
  const open = () => openDatabase({ url: proxy.url, poolSize: 4, timeoutMs: 1000, onIdleError: () => undefined })
  beforeAll(async () => {
    database = await createDatabase(inject('postgresUrl'))
    proxy = await openProxy(database.url)
    await aside(async (admin) => {
      // Deadlocks are looked for after a second otherwise, long after the lock's deadline.
      await admin.query(
        "do $$ begin execute format('alter database %I set deadlock_timeout = 50', current_database()); end $$",
      )
      await admin.query('create table counters (id integer primary key, n integer not null)')
      await admin.query('insert into counters values (1, 0), (2, 0)')
      await admin.query(
        `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
         create table refused (id integer);
         create constraint trigger refuse after insert on refused deferrable initially deferred for each row execute function refuse()`,
      )
    })
    client = open()
  })
  afterEach(() => proxy.restore())
  afterAll(async () => {
    await client.close()
    await proxy.close()
    await database.drop()
  })

  const add = (tx: Transaction, id: number) => tx.execute(sql`update counters set n = n + 1 where id = ${id}`)
  const counted = () =>
    aside(async (admin) => (await admin.query('select n from counters order by id')).rows.map(({ n }) => n))
  const raise = (db: Database, state: string) =>
    db.execute(sql.raw(`do $$ begin raise exception using errcode = '${state}'; end $$`))
  const failureOf = (act: (tx: Transaction) => Promise<unknown>) =>
    transaction(client.pool, act).then(
      () => undefined,
      (error: unknown) => error,
    )

  test('a deadlock of two is tried again, and both come through', async () => {
    const before = await counted()
    const { promise: bothHold, resolve } = Promise.withResolvers<void>()
    let tries = 0
    let holding = 0
    const run = (first: number, second: number) =>
      transaction(client.pool, async (tx) => {
        tries++
        await add(tx, first)
        if (++holding === 2) resolve()
        await bothHold
        await add(tx, second)
      })
    await Promise.all([run(1, 2), run(2, 1)])
    // Both wait for a lock as long; on a slow machine the second may be over before the first has given way.
    expect([3, 4]).toContain(tries)
    expect(await counted()).toEqual(before.map((n) => n + 2))
  })

  test.each(['40001', '40P01'])('%s is tried three times and no more', async (state) => {
    let tries = 0
    const failure = await failureOf(async (tx) => {
      tries++
      await add(tx, 1)
      await raise(tx, state)
    })
    expect([tries, databaseFailureKind(failure)]).toEqual([3, 'transaction'])
  })

  test('what was tried in vain left nothing, and no connection is lost', async () => {
    const before = await counted()
    await failureOf(async (tx) => {
      await add(tx, 1)
      throw new Error('a refusal')
    })
    for (let round = 0; round < 8; round++) await failureOf((tx) => raise(tx, '40001'))
    expect(await counted()).toEqual(before)
    expect(client.pool.idleCount).toBe(client.pool.totalCount)
  })

  test('a COMMIT that fails is system:transaction_error, and is not tried again', async () => {
    let tries = 0
    const failure = await failureOf(async (tx) => {
      tries++
      await tx.execute(sql`insert into refused values (1)`)
    })
    expect([tries, databaseFailureKind(failure)]).toEqual([1, 'transaction'])
  })

  test('a COMMIT of a transaction that had failed before is system:transaction_error', async () => {
    const before = await counted()
    const failure = await failureOf(async (tx) => {
      await add(tx, 1)
      await raise(tx, '22012').catch(() => undefined)
    })
    expect(databaseFailureKind(failure)).toBe('transaction')
    expect(await counted()).toEqual(before)
  })

  test('a connection cut before COMMIT is system:transaction_error, and nothing was done', async () => {
    const before = await counted()
    const failure = await failureOf(async (tx) => {
      await add(tx, 1)
      await proxy.cut()
    })
    expect(databaseFailureKind(failure)).toBe('transaction')
    expect(await counted()).toEqual(before)
  })

  test('a COMMIT without an answer is system:transaction_error at the deadline', async () => {
    const startedAt = performance.now()
    const failure = await failureOf(async (tx) => {
      await tx.execute(sql`select 1`)
      proxy.hang()
    })
    expect(databaseFailureKind(failure)).toBe('transaction')
    expect(performance.now() - startedAt).toBeLessThan(1750)
  })

  test('a connection that dies between two statements costs the transaction, not the process', async () => {
    const failure = await failureOf(async (tx) => {
      const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      await aside((admin) => admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]))
      await vi.waitFor(async () =>
        expect(
          (await aside((admin) => admin.query('select 1 from pg_stat_activity where pid = $1', [rows[0]?.pid]))).rows,
        ).toEqual([]),
      )
      await add(tx, 1)
    })
    expect(databaseFailureKind(failure)).toBe('database')
    expect(await transaction(client.pool, async (tx) => (await tx.execute(sql`select 1 as one`)).rows)).toEqual([
      { one: 1 },
    ])
  })

  test.each([
    ['40001', 'transaction'],
    ['40P01', 'transaction'],
    ['55P03', 'transaction'],
    ['25006', 'database'],
    ['08006', 'database'],
    ['53100', 'database'],
    ['53300', 'database'],
    ['57014', 'database'],
    ['57P03', 'database'],
    ['58030', 'database'],
    ['22P02', 'mistake'],
    ['23503', 'mistake'],
    ['42P01', 'mistake'],
    ['XX000', 'mistake'],
  ])('SQLSTATE %s is sorted as %s', async (state, kind) => {
    const error = await raise(client.db, state).catch((thrown: unknown) => thrown)
    expect(databaseFailureKind(error)).toBe(kind)
  })

  test.each<[string, string[], string]>([
    ['a statement past its deadline', ['select pg_sleep(5)'], 'database'],
    [
      'a write where only reading is allowed',
      ['set transaction read only', 'insert into counters values (9, 9)'],
      'database',
    ],
    ['a connection ended by the server', ['select pg_terminate_backend(pg_backend_pid())'], 'database'],
    ['a missing table', ['select * from nothing_of_that_name'], 'mistake'],
    ['a row that is there already', ['insert into counters values (1, 0)'], 'mistake'],
  ])('%s', async (_name, statements, kind) => {
    const error = await failureOf(async (tx) => {
      for (const statement of statements) await tx.execute(sql.raw(statement))
    })
    expect(databaseFailureKind(error)).toBe(kind)
    expect(violatesUnique(error, 'counters_pkey')).toBe(statements[0]?.startsWith('insert') ?? false)
  })

  test('no server, and no connection left, are outages; what is not of the database is nothing', async () => {
    const held = await Promise.all(Array.from({ length: 4 }, () => client.pool.connect()))
    expect(databaseFailureKind(await failureOf(async () => undefined))).toBe('database')
    for (const connection of held) connection.release()
    await proxy.cut()
    expect(databaseFailureKind(await failureOf(async () => undefined))).toBe('database')
    expect(databaseFailureKind(await client.db.execute(sql`select 1`).catch((error: unknown) => error))).toBe(
      'database',
    )
    expect(databaseFailureKind(new Error('something else'))).toBe(undefined)
  })
})
