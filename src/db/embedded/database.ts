import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { findPostgresPackage, prepareBinaries } from './binaries.ts'
import { createCluster } from './cluster.ts'
import { EmbeddedDatabaseError } from './error.ts'
import { databaseUrl, joinDatabase, leaveDatabase, type Role } from './membership.ts'
import { findPlace, makeRootFolder, type Place } from './place.ts'
import { boundLog, launchPostmaster } from './postmaster.ts'

export { EmbeddedDatabaseError }

export type EmbeddedDatabase = {
  /** Connection string over the Unix socket, for pg, pg-boss and libpq. It stays valid when PostgreSQL is restarted. */
  readonly url: string
  /** Ends the use by this process; PostgreSQL stops when no other process uses it. Close pools first. */
  close(): Promise<void>
}

type Options = {
  readonly dataDir: string
  /** Only one server at a time may use a data folder, along with any number of guests. */
  readonly role: Role
  /** PostgreSQL settings for a server that this process starts. A server that already runs keeps its own. */
  readonly settings?: Readonly<Record<string, string>>
  readonly log?: (message: string) => void
}

/** How long crash recovery may take. A longer one goes on without this process, and the next start joins it. */
const startPatienceMs = 30_000
const recoveryPatienceMs = 5_000
const retryDelayLimitMs = 2_000
const logCheckIntervalMs = 60_000

/**
 * Afterwards the database `postern` in the data folder answers at `url`, whether this process started PostgreSQL or
 * found it running. If PostgreSQL goes away before `close`, it is started again.
 * @throws {EmbeddedDatabaseError}
 */
export async function openEmbeddedDatabase(options: Options): Promise<EmbeddedDatabase> {
  try {
    return await open(options)
  } catch (cause) {
    if (cause instanceof EmbeddedDatabaseError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EmbeddedDatabaseError(`No database can be kept in ${options.dataDir}: ${reason}`, { cause })
  }
}

async function open({ dataDir, role, settings = {}, log = () => undefined }: Options): Promise<EmbeddedDatabase> {
  const packageDir = findPostgresPackage()
  const place = await findPlace(dataDir)
  if (dirname(place.clusterDir) !== place.dataDir) log(`The database of ${dataDir} is kept in ${place.clusterDir}.`)
  const binaries = () =>
    prepareBinaries({ packageDir, account: place.account, copyParent: () => findCopyParent(place) })
  await createCluster(place, { binaries, durable: settings.fsync !== 'off' })
  await boundLog(place)
  const launch = async () => launchPostmaster(place, await binaries(), settings)
  const join = (patienceMs: number) => joinDatabase(place, { role, launch, patienceMs })
  const membership = keepMembership(await join(startPatienceMs), () => join(recoveryPatienceMs), log)
  const logCheck = setInterval(() => void boundLog(place).catch(() => undefined), logCheckIntervalMs).unref()
  const close = async () => {
    clearInterval(logCheck)
    const client = await membership.release()
    if (client !== undefined) await leaveDatabase(client, place)
  }
  let closed: Promise<void> | undefined
  return {
    url: databaseUrl(place, 'postern'),
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

/** Root keeps its copy in a folder of its own, as it must not write programs where another user may change them. */
const findCopyParent = async ({ account, dataDir }: Place): Promise<string> =>
  account === undefined ? dataDir : makeRootFolder('binaries', account)

/** Joins again whenever the connection is lost, until the membership is released. */
function keepMembership(first: pg.Client, rejoin: () => Promise<pg.Client>, log: (message: string) => void) {
  const released = new AbortController()
  let current: pg.Client | undefined
  let recovery: Promise<void> | undefined

  const hold = (client: pg.Client) => {
    current = client
    client.once('end', () => {
      current = undefined
      if (!released.signal.aborted) recovery = recover()
    })
  }
  const recover = async () => {
    log('The embedded PostgreSQL went away; bringing it back.')
    let lastFailure = ''
    for (let delayMs = 50; !released.signal.aborted; delayMs = Math.min(delayMs * 2, retryDelayLimitMs)) {
      try {
        hold(await rejoin())
        return log('The embedded PostgreSQL is back.')
      } catch (error) {
        const failure = error instanceof Error ? error.message : String(error)
        if (failure !== lastFailure) log(failure)
        lastFailure = failure
      }
      await sleep(delayMs, undefined, { signal: released.signal }).catch(() => undefined)
    }
  }
  hold(first)
  return {
    async release(): Promise<pg.Client | undefined> {
      released.abort()
      await recovery
      return current
    },
  }
}
