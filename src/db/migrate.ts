import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { packageRoot } from '../package-root.ts'
import { grantToApi } from './grants.ts'
import { installJobs } from './jobs.ts'
import type { DatabaseUrls } from './urls.ts'

const connectWithinMs = 10_000

/** Applies what is missing. The advisory lock lets any number of replicas start at once: drizzle's migrator takes none. */
export async function applyMigrations({ main, migration: url, direct }: DatabaseUrls): Promise<void> {
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
    await grantToApi(
      client,
      [main, direct].filter((one) => one !== url),
    )
  } finally {
    await client.end()
  }
}
