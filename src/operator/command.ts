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

/** `directUrl`: without a pooler. */
type OpenedDatabase = DatabaseClient & {
  readonly replicas: Replicas
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** What a command says at its end. */
export type Outcome = {
  /** For people. */
  readonly says: string
  /** The same for programs, where it is more than a sentence: what `--json` prints. */
  readonly data?: unknown
  /** Done (as where there is none), refused or failed, or not understood. */
  readonly exitCode?: 0 | 1 | 2
}

export const groups = ['Accounts', 'Sign-in', 'Server', 'Data', 'Webhooks'] as const

export type Command = {
  readonly group: (typeof groups)[number]
  /** What each is; in brackets: may be left out. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, Option>>
  /** What somebody may take for a command, and is a parameter of this one. */
  readonly acts?: readonly string[]
  /** What it does, in the overview. */
  readonly does: string
  readonly details?: string
  /** When it ends with 1. */
  readonly fails: string
  readonly examples?: readonly string[]
  readonly run: (config: Config, given: readonly string[], options: Options) => Promise<Outcome>
}

/** `--NAME`, or `--NAME VALUE`, of which it says what that is. */
export type Option = { readonly about: string } & (
  | { readonly type: 'boolean' }
  | { readonly type: 'string'; readonly takes: string }
)

export type Options = Readonly<Record<string, string | boolean | undefined>>

/** On standard error: the other is for what was asked. */
export const commandLog = ({ logLevel }: Config): FastifyBaseLogger => createLog(logLevel, process.stderr)

/** With all that changing an account and telling its owner takes. */
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

/** With an up-to-date database: the operator's, or the embedded one, which is joined or started here. */
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
