import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
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
  if (main !== undefined) return { main, migration: databaseMigrationUrl ?? main, direct: databaseDirectUrl ?? main }
  const { url, close } = await openEmbeddedDatabase({
    dataDir: config.dataDir,
    role,
    log: (message) => log.warn(message),
  })
  opened.defer(close)
  return { main: url, migration: url, direct: url }
}
