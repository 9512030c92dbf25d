import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { packageRoot } from '../package-root.ts'
import { grantToApi } from './grants.ts'
import { installJobs } from './jobs.ts'
import type { DatabaseUrls } from './urls.ts'

const connectWithinMs = 10_000

/** How long security events are kept. */
type Retention = { readonly eventsKeepDays: number }

/** Applies what is missing. The advisory lock lets any number of replicas start at once: drizzle's migrator takes none. */
export async function applyMigrations(
  { main, migration: url, direct }: DatabaseUrls,
  retention?: Retention,
): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'postern-migrate',
    connectionTimeoutMillis: connectWithinMs,
  })
  await client.connect()
  try {
    await client.query("select pg_advisory_lock(hashtext('postern-migrate'))")
    await migrate(drizzle(client), { migrationsFolder: join(packageRoot, 'migrations') })
    await installJobs(url)
    if (retention) await keepEvents(client, retention)
    await grantToApi(
      client,
      [main, direct].filter((one) => one !== url),
    )
  } finally {
    await client.end()
  }
}

/** In a function of the owner's: whoever has the API's role cannot have the audit swept any sooner [LG2]. */
async function keepEvents(owner: pg.Client, { eventsKeepDays: days }: Retention): Promise<void> {
  const { rows } = await owner.query<{ isSo: boolean }>('select events_kept() = make_interval(days => $1) as "isSo"', [
    days,
  ])
  if (rows[0]?.isSo) return
  await owner.query(
    `create or replace function events_kept() returns interval language sql immutable as $$ select interval '${Math.trunc(days)} days' $$`,
  )
}
