import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { loadConfig } from '../../src/config/load-config.ts'
import { openKeyring } from '../../src/crypto/keyring.ts'
import { openEmbeddedDatabase } from '../../src/db/embedded/database.ts'
import { isRunning } from '../../src/db/embedded/process.ts'
import { applyMigrations } from '../../src/db/migrate.ts'
import { addWebhook } from '../../src/events/webhooks.ts'
import { outboundPolicy } from '../../src/outbound/policy.ts'
import { freePort } from '../support/free-port.ts'
import { type MailSink, openMailSink } from '../support/mail-sink.ts'
import { type OtherServer, startOtherServer } from '../support/native-provider.ts'
import { programFile } from '../support/programs.ts'
import { openProxy, type PostgresProxy } from '../support/proxy.ts'
import { type Supervised, supervise } from '../support/supervised.ts'
import { type AccountState, accountQuery } from './account-state.ts'
import { type History, nowMs, openHistory } from './history.ts'

/** Real programs on a durable PostgreSQL of their own, a mail server, a webhook: what may be killed, cut and broken. */
export type Stage = {
  readonly apis: readonly Supervised[]
  readonly worker: Supervised
  readonly proxy: PostgresProxy
  readonly mailSink: MailSink
  readonly webhook: OtherServer
  readonly history: History
  readonly dataDir: string
  /** Straight to PostgreSQL; asks again until it answers. */
  rows<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  look(account: string): Promise<AccountState>
  /** Afterwards nothing that was asked before can still happen: who asked it is dead or done. */
  settle(beforeMs: number): Promise<void>
  /** SIGKILL to PostgreSQL's first process, or to one of those that serve; resolves once it answers again. */
  killPostgres(which: 'postmaster' | 'backend'): Promise<void>
  close(): Promise<void>
}

type Options = {
  readonly apiCount: number
  /** With one, PostgreSQL is reached through a proxy that can be cut. */
  readonly isProxied?: boolean
  readonly env?: Readonly<Record<string, string>>
}

export async function openStage({ apiCount, isProxied = false, env: more = {} }: Options): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-faults-'))
  // PostgreSQL does not run as root: its own user must get through.
  chmodSync(dataDir, 0o711)
  opened.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const database = await openEmbeddedDatabase({ dataDir, role: 'guest' })
  opened.defer(database.close)
  await applyMigrations({ main: database.url, migration: database.url, direct: database.url })
  const proxy = await openProxy(database.url)
  opened.defer(proxy.close)
  const pool = new pg.Pool({ connectionString: database.url, max: 4, application_name: 'judge' })
  pool.on('error', () => undefined)
  opened.defer(() => pool.end())
  const mailSink = await openMailSink(nowMs, () => worker.served++)
  opened.defer(mailSink.stop)
  const webhook = await startOtherServer()
  opened.defer(webhook.stop)
  webhook.replies.set('/hook', { body: '' })

  const workerPort = await freePort()
  const env = (applicationName: string): Record<string, string> => ({
    APP_ENV: 'test',
    LOG_LEVEL: 'error',
    NODE_COMPILE_CACHE: join(tmpdir(), 'postern-compile-cache'),
    DATABASE_URL: `${isProxied ? proxy.url : database.url}&application_name=${applicationName}`,
    DATA_DIR: dataDir,
    SMTP_URL: mailSink.url,
    MAIL_DELIVERY: 'queue',
    WORKER_URL: `http://127.0.0.1:${workerPort}`,
    WORKER_PORT: String(workerPort),
    WORKER_SECRET: secret,
    OUTBOUND_ALLOW: '127.0.0.1',
    ARGON2_MEMORY_KIB: '8192',
    ARGON2_TIME_COST: '1',
    RATE_LIMITS: 'off',
    ...more,
  })
  const secret = randomBytes(32).toString('hex')
  await listenByWebhook(env('judge'), pool, webhook.url)

  const apis: Supervised[] = []
  for (let index = 0; index < apiCount; index++) {
    const port = await freePort()
    const own = (name: string) => ({ ...env(name), PORT: String(port) })
    const origin = `http://127.0.0.1:${port}`
    apis.push(
      supervise({ name: `api${index}`, file: programFile('main'), origin, readyPath: '/health/live', env: own }),
    )
  }
  const origin = `http://127.0.0.1:${workerPort}`
  const worker = supervise({ name: 'worker', file: programFile('worker'), origin, readyPath: '/deliveries/x', env })
  for (const program of [...apis, worker]) opened.defer(program.stop)
  await Promise.all([...apis, worker].map((program) => program.up()))

  const rows = async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> => {
    for (;;) {
      try {
        return (await pool.query<Row>(text, values)).rows
      } catch (error) {
        if (!isOutage(error)) throw error
        await sleep(20)
      }
    }
  }
  const moved = opened.move()
  return {
    apis,
    worker,
    proxy,
    mailSink,
    webhook,
    history: openHistory(join(tmpdir(), `postern-history-${process.pid}-${Date.now()}.jsonl`)),
    dataDir,
    rows,
    look: async (account) => {
      // Whoever was asked for is mailed by a worker, after the answer.
      while ((await rows("select from mails where kind = 'inquiry' and payload is not null limit 1")).length > 0)
        await sleep(50)
      return (await rows<AccountState>(accountQuery, [account]))[0] as AccountState
    },
    settle: async (beforeMs) => {
      const dead = [...apis, worker].flatMap(({ killed }) => killed)
      while ((await rows(ofTheDead, [dead, beforeMs / 1000])).length > 0) await sleep(10)
    },
    killPostgres: async (which) => {
      for (;;) {
        const postmaster = Number.parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10)
        const [backend] = await rows<{ pid: number }>(busiestBackend)
        const pid = which === 'backend' && backend ? backend.pid : postmaster
        if (!killed(pid)) continue
        while (await isRunning(pid)) await sleep(5)
        await rows('select 1')
        return
      }
    },
    close: () => moved.disposeAsync(),
  }
}

const busiestBackend =
  "select pid from pg_stat_activity where application_name like 'api%' order by query_start desc limit 1"

/** `false`: it had ended by itself a moment ago. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

const ofTheDead = `
  select 1 from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
    and (application_name = any($1) or xact_start < to_timestamp($2)) limit 1`

async function listenByWebhook(env: Record<string, string>, pool: pg.Pool, url: string): Promise<void> {
  const { drizzle } = await import('drizzle-orm/node-postgres')
  const config = loadConfig(env)
  const keyring = openKeyring(config.keysDir, { create: true })
  const db = drizzle(pool, { casing: 'snake_case' })
  const added = await addWebhook({ db, keyring, outboundPolicy: outboundPolicy(config) }, `${url}/hook`)
  if (added === undefined) throw new Error('the webhook was refused')
}

/** While it restarts, PostgreSQL refuses, cuts, or says that it is not ready. */
const isOutage = (error: unknown): boolean => {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  return /^(57P|08|ECONN|ENOENT|EPIPE)/.test(code) || /terminated|ended|timeout/i.test(message)
}
