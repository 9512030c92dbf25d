import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { EmbeddedDatabaseError, errorCode } from './error.ts'
import { foreign, type Place } from './place.ts'
import { type Launch, stopPostmaster } from './postmaster.ts'

export type Role = 'server' | 'guest'

type Options = {
  readonly role: Role
  readonly launch: () => Promise<Launch>
  readonly patienceMs: number
}

// Taken in the database `postgres`, so they cannot clash with locks of the application.
const locks = { server: 1, membership: 2, creation: 3 } as const
const lockSpace = 0x706f7374

/**
 * How long a server waits for the one before it: they may overlap for a moment when one replaces the other, and
 * PostgreSQL notices a killed process a little later.
 */
const predecessorPatienceMs = 1_000

/** Sets every address and TLS setting that pg and libpq would otherwise take from the environment. */
export const databaseUrl = ({ socketDir }: Place, database: string): string =>
  `postgres:///${database}?host=${encodeURIComponent(socketDir)}&port=5432&user=postern&sslmode=disable`

/**
 * Joins the processes that use the embedded database, and starts PostgreSQL if none answers. Membership lasts as long
 * as the returned connection, so a killed process leaves by itself.
 */
export async function joinDatabase(place: Place, options: Options): Promise<pg.Client> {
  const deadline = performance.now() + options.patienceMs
  for (;;) {
    const client = await connectOrLaunch(place, options, deadline)
    try {
      if (await register(client, place, options.role)) return client
      await client.end()
    } catch (error) {
      await leaveDatabase(client, place)
      if (!isGoingDown(error)) throw explain(error, place)
    }
    if (performance.now() > deadline) throw silent(place, options.patienceMs)
    await sleep(20)
  }
}

/** Gives up the membership; the last process to leave stops PostgreSQL. */
export async function leaveDatabase(client: pg.Client, place: Place): Promise<void> {
  try {
    // Unlocks before it asks: otherwise two processes that leave at once could each take the other for a remaining one.
    await client.query('select pg_advisory_unlock_all()')
    if (await tryLock(client, 'pg_try_advisory_lock', locks.membership)) await stopPostmaster(place)
  } catch (error) {
    if (!isGoingDown(error)) throw error
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function connectOrLaunch(place: Place, { launch, patienceMs }: Options, deadline: number): Promise<pg.Client> {
  let current: Launch | undefined
  while (performance.now() < deadline) {
    const reply = await connect(place)
    if (reply instanceof pg.Client) return reply
    if (typeof current?.state === 'object') {
      throw new EmbeddedDatabaseError(
        `The embedded PostgreSQL in ${place.clusterDir} does not start: ${current.state.reason} (more in ` +
          `${place.logFile}).`,
      )
    }
    if (reply === 'absent' && current?.state !== 'running') {
      if (current?.state === 'beaten') await sleep(100)
      current = await launch()
    }
    await sleep(10)
  }
  throw silent(place, patienceMs)
}

async function connect(place: Place): Promise<pg.Client | 'absent' | 'busy'> {
  const client = new pg.Client({
    connectionString: databaseUrl(place, 'postgres'),
    application_name: 'postern-embedded',
    connectionTimeoutMillis: 2_000,
  })
  // The event that follows reports a lost connection. Without a listener this error would end the process.
  client.on('error', () => undefined)
  try {
    return await client.connect()
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'absent'
    if (code === 'EACCES') throw foreign(place.dataDir)
    if (isGoingDown(error) || code?.startsWith('53')) return 'busy'
    throw explain(error, place)
  }
}

/** Takes the locks of the role. Returns false if the last member is just leaving, so that this PostgreSQL will stop. */
async function register(client: pg.Client, place: Place, role: Role): Promise<boolean> {
  if (role === 'server' && !(await lockServer(client))) {
    throw new EmbeddedDatabaseError(
      `Another Postern server already uses the embedded database in ${place.dataDir}; stop it, or set ` +
        'DATABASE_URL to share one PostgreSQL.',
    )
  }
  if (!(await tryLock(client, 'pg_try_advisory_lock_shared', locks.membership))) return false
  await createDatabase(client)
  return true
}

async function lockServer(client: pg.Client): Promise<boolean> {
  const deadline = performance.now() + predecessorPatienceMs
  while (performance.now() < deadline) {
    if (await tryLock(client, 'pg_try_advisory_lock', locks.server)) return true
    await sleep(25)
  }
  return false
}

type TryLock = 'pg_try_advisory_lock' | 'pg_try_advisory_lock_shared'

async function tryLock(client: pg.Client, take: TryLock, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(`select ${take}($1, $2) as taken`, [lockSpace, lock])
  return rows[0]?.taken === true
}

async function createDatabase(client: pg.Client): Promise<void> {
  const exists = async () => (await client.query("select from pg_database where datname = 'postern'")).rowCount === 1
  if (await exists()) return
  await client.query('select pg_advisory_lock($1, $2)', [lockSpace, locks.creation])
  if (!(await exists())) await client.query('create database postern')
  await client.query('select pg_advisory_unlock($1, $2)', [lockSpace, locks.creation])
}

/** The connection was cut, or PostgreSQL is starting or stopping. Errors of the connection itself carry no SQLSTATE. */
const isGoingDown = (error: unknown): boolean =>
  error instanceof pg.DatabaseError ? error.code?.startsWith('57') === true : !(error instanceof EmbeddedDatabaseError)

const silent = ({ clusterDir, logFile }: Place, patienceMs: number): EmbeddedDatabaseError =>
  new EmbeddedDatabaseError(
    `The embedded PostgreSQL in ${clusterDir} gave no answer within ${patienceMs / 1000} seconds (more in ${logFile}).`,
  )

function explain(error: unknown, { clusterDir }: Place): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  return new EmbeddedDatabaseError(`The embedded PostgreSQL in ${clusterDir} refuses: ${error.message}`, {
    cause: error,
  })
}
