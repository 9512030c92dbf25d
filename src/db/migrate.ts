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
  /** How long security events are kept; as long as before where it is not said. */
  readonly eventsKeepDays?: number
  /** Told what a start waits for, where that takes long. */
  readonly say?: (message: string) => void
}

/** Any number of replicas may start at once. */
const lock = { name: 'postern-migrate', on: 'migrations', by: 'start' }

const sayToOperator = (message: string): void => void process.stderr.write(`${message}\n`)

/** Applies what is missing. Drizzle's migrator takes no lock. */
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

/** In a function of the owner's: whoever has the API's role cannot have the audit swept any sooner [LG2]. */
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
