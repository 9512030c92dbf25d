import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import type { FastifyBaseLogger } from 'fastify'
import pg from 'pg'
import type { Config } from '../config/config.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { findMissingColumn } from '../db/needed-columns.ts'
import { openDatabaseUrls } from '../db/urls.ts'
import { packageRoot } from '../process/package-root.ts'
import { nameFold } from '../search/fold.ts'
import { within } from '../waiting/within.ts'

const deadlineMs = 5000
/** Seconds that the two clocks may differ. A code of an authenticator app is valid for 30 s, so 10 do no harm. */
const mostSecondsApart = 10
const leastPostgres = 150_000
/** Names of several scripts, with letters that are often folded wrongly. */
const foldSample = 'ΣΩΚΡΑΤΗΣ Фёдор Straße Łoś İzi O’Neill Ｆｕｌｌ أَحْمَد'

/** Runs `act` on one connection made with the API's URL and role. */
export async function withDatabase<Result>(
  config: Config,
  log: FastifyBaseLogger,
  act: (db: Database) => Promise<Result>,
): Promise<Result> {
  await using opened = new AsyncDisposableStack()
  const { main: url } = await openDatabaseUrls(config, { role: 'guest', log, opened })
  const { db, close } = openDatabase({ url, poolSize: 1, timeoutMs: deadlineMs, onIdleError: () => undefined })
  opened.defer(close)
  try {
    return await act(db)
  } catch (error) {
    // Drizzle's error quotes the statement, which does not help the operator.
    throw error instanceof DrizzleQueryError ? error.cause : error
  }
}

export async function checkPostgres(config: Config, log: FastifyBaseLogger): Promise<string> {
  await using opened = new AsyncDisposableStack()
  const { main, migration } = await openDatabaseUrls(config, { role: 'guest', log, opened })
  const client = await connect(main, opened)
  type Row = {
    readonly number: number
    readonly version: string
    readonly encoding: string
    readonly only_reads: string
  }
  const { rows } = await client.query<Row>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
       current_setting('server_encoding') as encoding, current_setting('transaction_read_only') as only_reads`,
  )
  const { number = 0, version, encoding, only_reads: onlyReads } = rows[0] ?? {}
  if (number < leastPostgres) throw new Error(`it is version ${version}, but Postern needs 15 or newer`)
  if (encoding !== 'UTF8') throw new Error(`the database's encoding is ${encoding}, but it must be UTF8`)
  if (onlyReads === 'on') throw new Error('it takes no writes: it is a standby, or default_transaction_read_only is on')
  await compareClocks(client)
  // Only the role that owns the tables may read the list of applied migrations.
  const missing = (await countMigrations()) - (await countApplied(await connect(migration, opened)))
  const column = missing > 0 ? undefined : await findMissingColumn(client)
  if (column !== undefined) throw new Error(`${column} is missing, although every migration was applied`)
  if (missing <= 0) await compareFolds(client)
  return `version ${version}, ${missing > 0 ? `${missing} migrations will be applied at the next start` : 'up to date'}`
}

/**
 * Compares the clock of this machine, which TOTP codes and access tokens go by, with the database's, by which sessions
 * and links expire.
 * @throws if they are more than 10 s apart
 */
async function compareClocks(client: pg.Client): Promise<void> {
  const before = Date.now()
  const { rows } = await client.query<{ now: number }>('select extract(epoch from clock_timestamp())::float8 as now')
  const here = (before + Date.now()) / 2000
  const apart = Math.abs((rows[0]?.now ?? 0) - here)
  if (apart > mostSecondsApart)
    throw new Error(`its clock differs from this machine's by ${Math.round(apart)} s: synchronise both with NTP`)
}

/** Checks that the program and the database fold names alike; otherwise searches find nothing. */
async function compareFolds(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ folded: string }>('select name_fold($1) as folded', [foldSample])
  const folded = rows[0]?.folded
  if (folded !== nameFold(foldSample)) throw new Error(`it folds names to "${folded}", so searches would not find them`)
}

async function connect(connectionString: string, opened: AsyncDisposableStack): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: deadlineMs, query_timeout: deadlineMs })
  await client.connect()
  opened.defer(() => client.end())
  return client
}

async function countMigrations(): Promise<number> {
  const journal = await readFile(join(packageRoot, 'migrations/meta/_journal.json'), 'utf8')
  return (JSON.parse(journal) as { entries: unknown[] }).entries.length
}

async function countApplied(client: pg.Client): Promise<number> {
  const table = await client.query<{ name: string | null }>(
    "select to_regclass('drizzle.__drizzle_migrations')::text as name",
  )
  if (table.rows[0]?.name === null) return 0
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::int as count from drizzle.__drizzle_migrations',
  )
  return rows[0]?.count ?? 0
}

export async function checkNotifications(config: Config, directUrl: string, log: FastifyBaseLogger): Promise<string> {
  await using opened = new AsyncDisposableStack()
  const { main } = await openDatabaseUrls(config, { role: 'guest', log, opened })
  const listener = await connect(directUrl, opened)
  const channel = `postern_doctor_${randomBytes(8).toString('hex')}`
  await listener.query(`listen ${channel}`)
  const heard = once(listener, 'notification')
  const sender = await connect(main, opened)
  await sender.query(`notify ${channel}`)
  await within(deadlineMs, heard)
  return 'a test notification arrived'
}
