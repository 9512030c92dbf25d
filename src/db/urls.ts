import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import { openEmbeddedDatabase } from './embedded/database.ts'

/** `main` runs statements, `migration` runs migrations, and `direct` bypasses any pooler. */
export type DatabaseUrls = { readonly main: string; readonly migration: string; readonly direct: string }

type Options = {
  /** One server at a time may use an embedded database, with any number of guests. */
  readonly role: 'server' | 'guest'
  readonly log: FastifyBaseLogger
  /** What must be closed is added to this stack. */
  readonly opened: AsyncDisposableStack
}

/** Gives the URLs of the operator's PostgreSQL, or of the embedded one, which this process joins or starts. */
export async function openDatabaseUrls(config: Config, { role, log, opened }: Options): Promise<DatabaseUrls> {
  const { databaseUrl: main, databaseMigrationUrl, databaseDirectUrl } = config
  if (main !== undefined) {
    const direct = databaseDirectUrl ?? main
    // A transaction pooler could give the migrations' lock to one connection and the migrations to another.
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
