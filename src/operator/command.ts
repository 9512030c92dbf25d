import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import { openReplicas, type Replicas } from '../credentials/replicas.ts'
import { openKeyring } from '../crypto/keyring.ts'
import { type DatabaseClient, openDatabase } from '../db/database.ts'
import { openHeavyReads } from '../db/heavy-reads.ts'
import { openJobs } from '../db/jobs.ts'
import { applyMigrations } from '../db/migrate.ts'
import { openDatabaseUrls } from '../db/urls.ts'
import { openBroadcast } from '../ports/broadcast.open.ts'
import { createLog } from '../process/log.ts'
import { openSearchIndex } from '../search/search-index.open.ts'
import type { OperatorDeps } from '../sign-in/room.ts'

/** `directUrl` leads to PostgreSQL past any pooler. */
type OpenedDatabase = DatabaseClient & {
  readonly replicas: Replicas
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** The result of a command. */
export type Outcome = {
  /** The result as text for people. */
  readonly says: string
  /** The result that `--json` prints; unset if the text says everything. */
  readonly data?: unknown
  /** 0: done (the default), 1: refused or failed, 2: not understood. */
  readonly exitCode?: 0 | 1 | 2
}

export const groups = ['Accounts', 'Sign-in', 'Server', 'Data', 'Webhooks'] as const

export type Command = {
  readonly group: (typeof groups)[number]
  /** Parameters in order, each with its meaning. A name in brackets is optional. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, Option>>
  /** Values of a parameter that are easily taken for commands: typing one alone shows the usage of this command. */
  readonly acts?: readonly string[]
  /** The line of the command in the overview. */
  readonly does: string
  readonly details?: string
  /** When the exit code is 1. */
  readonly fails: string
  readonly examples?: readonly string[]
  readonly run: (config: Config, given: readonly string[], options: Options) => Promise<Outcome>
}

/** `--NAME`, or `--NAME VALUE` where `takes` describes the value. */
export type Option = { readonly about: string } & (
  | { readonly type: 'boolean' }
  | { readonly type: 'string'; readonly takes: string }
)

export type Options = Readonly<Record<string, string | boolean | undefined>>

/** Logs to standard error, because standard output is for the result. */
export const commandLog = ({ logLevel }: Config): FastifyBaseLogger => createLog(logLevel, process.stderr)

/** Runs `act` with everything that changing an account and mailing its owner needs. */
export function withOperator<Result>(config: Config, act: (deps: OperatorDeps) => Promise<Result>): Promise<Result> {
  return withDatabase(config, async ({ pool, replicas, directUrl }) => {
    const keyring = openKeyring(config.keysDir, { create: false })
    const jobs = await openJobs({ url: directUrl, role: 'sender', log: commandLog(config) })
    try {
      const heavyReads = openHeavyReads({ pool, poolSize: 1, timeoutMs: config.databaseTimeoutMs })
      const searchIndex = openSearchIndex({ config, heavyReads, jobs })
      return await act({ config, pool, replicas, keyring, jobs, searchIndex })
    } finally {
      await jobs.close()
    }
  })
}

/** Runs `act` with a migrated database: the configured one, or the embedded one, which is joined or started here. */
export async function withDatabase<Result>(
  config: Config,
  act: (database: OpenedDatabase) => Promise<Result> | Result,
): Promise<Result> {
  await using opened = new AsyncDisposableStack()
  const log = commandLog(config)
  const urls = await openDatabaseUrls(config, { role: 'guest', log, opened })
  await applyMigrations(urls)
  const database = openDatabase({
    url: urls.main,
    poolSize: 2,
    timeoutMs: config.databaseTimeoutMs,
    onIdleError: () => undefined,
  })
  opened.defer(database.close)
  const channel = openBroadcast('changes', { config, db: database.db, directUrl: urls.direct, log })
  const replicas = openReplicas({ db: database.db, channel, log, memory: undefined })
  opened.defer(replicas.close)
  return await act({ ...database, replicas, directUrl: urls.direct, log })
}
