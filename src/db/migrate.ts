import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { packageRoot } from '../process/package-root.ts'
import { withAdvisoryLock } from './advisory-lock.ts'
import { grantToApi } from './grants.ts'
import { installJobs } from './jobs.ts'
import type { DatabaseUrls } from './urls.ts'

const connectWithinMs = 10_000

type Options = {
  /** How long security events are kept. If unset, the retention in the database stays as it is. */
  readonly eventsKeepDays?: number
  /** Is told what holds the lock, once the start has waited for it for 2 s. */
  readonly say?: (message: string) => void
}

/** Lets any number of replicas start at once. */
const lock = { name: 'postern-migrate', on: 'migrations', by: 'start' }

const sayToOperator = (message: string): void => void process.stderr.write(`${message}\n`)

/** Applies missing migrations, under a lock of ours, as drizzle's migrator takes none. */
export function applyMigrations(
  { main, migration: url, direct }: DatabaseUrls,
  { eventsKeepDays, say = sayToOperator }: Options = {},
): Promise<void> {
  return withAdvisoryLock({ url, lock }, say, async () => {
    const client = new pg.Client({
      connectionString: url,
      application_name: lock.name,
      connectionTimeoutMillis: connectWithinMs,
    })
    await client.connect()
    try {
      await migrate(drizzle(client), { migrationsFolder: join(packageRoot, 'migrations') })
      await installJobs(url)
      if (eventsKeepDays !== undefined) await keepEvents(client, eventsKeepDays)
      await grantToApi(
        client,
        [main, direct].filter((one) => one !== url),
      )
    } finally {
      await client.end()
    }
  })
}

/**
 * Keeps the retention in a function that the owner's role owns, so that the API's role cannot shorten it and have the
 * audit log swept sooner [LG2].
 */
async function keepEvents(owner: pg.Client, days: number): Promise<void> {
  const { rows } = await owner.query<{ isSo: boolean }>('select events_kept() = make_interval(days => $1) as "isSo"', [
    days,
  ])
  if (rows[0]?.isSo) return
  await owner.query(
    'create or replace function events_kept() returns interval language sql immutable as $$ select interval ' +
      `'${Math.trunc(days)} days' $$`,
  )
}
