import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import { openEmbeddedDatabase } from './embedded/database.ts'

/** Where the database is: for statements, for migrations, and without a pooler in between. */
export type DatabaseUrls = { readonly main: string; readonly migration: string; readonly direct: string }

type Options = {
  /** One server at a time may use an embedded database, with any number of guests. */
  readonly role: 'server' | 'guest'
  readonly log: FastifyBaseLogger
  /** Gets what must be closed. */
  readonly opened: AsyncDisposableStack
}

/** The operator's PostgreSQL, or the embedded one, which is joined or started here. */
export async function openDatabaseUrls(config: Config, { role, log, opened }: Options): Promise<DatabaseUrls> {
  const { databaseUrl: main, databaseMigrationUrl, databaseDirectUrl } = config
  if (main !== undefined) {
    const direct = databaseDirectUrl ?? main
    // A pooler would give the lock on migrations to one connection and the migrations to another.
    return { main, migration: databaseMigrationUrl ?? direct, direct }
  }
  const { url, close } = await openEmbeddedDatabase({
    dataDir: config.dataDir,
    role,
    log: (message) => log.warn(message),
  })
  opened.defer(close)
  return { main: url, migration: url, direct: url }
}
