import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { applyMigrations } from '../../src/db/migrate.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { programFile } from '../support/programs.ts'

let database: TestDatabase
let other: pg.Client
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  other = new pg.Client({ connectionString: database.url, application_name: 'left-behind' })
  // It is ended by the operator whose advice is followed below.
  other.on('error', () => undefined)
  await other.connect()
})
afterAll(() => database.drop())

const ask = async <Row extends pg.QueryResultRow>(statement: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Row>(statement)).rows
  } finally {
    await client.end()
  }
}

const apply = (say: (message: string) => void) =>
  applyMigrations({ main: database.url, migration: database.url, direct: database.url }, { say })

const holders = () =>
  ask<{ state: string; application: string }>(
    `select state, application_name as application from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and granted and objid::bigint = hashtext('postern-migrate') & 4294967295
         and database = (select oid from pg_database where datname = current_database())`,
  )

test('the lock is one transaction’s from beginning to end, and many starts take turns [FD60]', async () => {
  await other.query('begin; lock table drizzle.__drizzle_migrations')
  const said: string[] = []
  const starts = Promise.all([1, 2, 3].map(() => apply((message) => said.push(message))))
  await vi.waitFor(
    async () => {
      expect(await holders()).toEqual([{ state: 'idle in transaction', application: 'postern-migrate' }])
      expect(said).not.toEqual([])
    },
    { timeout: 10_000, interval: 100 },
  )
  await other.query('commit')
  await starts
  expect(await holders()).toEqual([])
  // Whom it waited for may be done by the time that somebody looks who it was.
  const holderNamed = /^Waiting for the lock on the migrations, .+ \(postern-migrate, /
  expect(said.filter((message) => holderNamed.test(message))).not.toEqual([])
  for (const message of said)
    expect(message).toMatch(/^Waiting for the lock|is taken by one start after another; waiting\.$/)
})

test('what an older version left in a pooler is named, with how to end it [FD60]', async () => {
  await other.query("select pg_advisory_lock(hashtext('postern-migrate'))")
  const [{ pid } = {}] = (await other.query<{ pid: number }>('select pg_backend_pid() as pid')).rows
  const said: string[] = []
  const start = apply((message) => said.push(message))
  await vi.waitFor(() => expect(said).toHaveLength(1), { timeout: 10_000, interval: 50 })
  expect(said[0]).toMatch(new RegExp(`process ${pid} holds \\(left-behind, .*idle\\)\\. A pooler kept it`))
  const [, advice = ''] = /`(.+)`/.exec(said[0] ?? '') ?? []

  await ask(advice)
  await start
  expect(said).toHaveLength(1)
})

test('`npm run admin -- migrate` says it as well [FD60]', async () => {
  const late = new pg.Client({ connectionString: database.url })
  await late.connect()
  await late.query("select pg_advisory_lock(hashtext('postern-migrate'))")
  let text = ''
  const child = spawn(process.execPath, [programFile('cli'), 'migrate'], {
    env: { APP_ENV: 'test', DATABASE_URL: database.url },
    cwd: tmpdir(),
  })
  const ended = once(child, 'close')
  child.stderr.on('data', (chunk) => (text += String(chunk)))
  await vi.waitFor(() => expect(text).toMatch(/^Waiting for the lock on the migrations/), { timeout: 10_000 })
  await late.end()
  expect(await ended).toEqual([0, null])
})

test('no lock outlives its transaction, where a pooler would keep it; the embedded database has none [FD60]', () => {
  const root = join(import.meta.dirname, '../../src')
  const files = globSync('**/*.ts', { cwd: root }).filter((file) => !file.startsWith('db/embedded/'))
  const ofSessions = files.filter((file) => /pg_(?:try_)?advisory_lock/.test(readFileSync(join(root, file), 'utf8')))
  expect(files).toContain('search/index-users.ts')
  expect(ofSessions).toEqual([])
})
