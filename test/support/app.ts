import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { Pool } from 'undici'
import { afterAll, beforeAll, inject, type RunnerTestCase, TestRunner } from 'vitest'
import { buildApp } from '../../src/app.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { OpenedDeps } from '../../src/deps.ts'
import type { App } from '../../src/http/app.ts'
import { type DepsOptions, openDeps } from '../../src/open-deps.ts'
import { createLog } from '../../src/process/log.ts'
import { canaryLog, keepMailedTokens, keepMetrics, keepSecretsOf, watchSecrets } from './canary.ts'
import { TestClient } from './client.ts'
import { createDatabase } from './database.ts'
import { turns } from './long-form.ts'
import { findFirst, forgetFirst, likeFirst, noteFirst, noteSender } from './one-server.ts'
import { withoutRefs } from './openapi.ts'

export const publicUrl = 'https://auth.example.com'
export const frontendUrl = 'https://app.example.com'

export type TestApp = {
  readonly app: App
  readonly deps: OpenedDeps
  readonly config: Config
  /** Straight to the tables: to age, damage or look at rows, never to skip a flow. */
  readonly sql: <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>
  /** Where it listens. */
  readonly origin: string
  /** What its log has for whoever runs it. */
  readonly warnings: readonly LoggedLine[]
  client(): TestClient
  close(): Promise<void>
}

type LoggedLine = { readonly msg: string } & Readonly<Record<string, unknown>>

/** Production refuses it. */
const cheapHashing = { ARGON2_MEMORY_KIB: '8192', ARGON2_TIME_COST: '1' }

/**
 * Where four files share two cores, a hash or a statement may wait longer than in production, and no test is about
 * that but those that set the cost of a hash or the time of a statement themselves.
 */
const patientOptions = (env: Readonly<Record<string, string | undefined>>): DepsOptions =>
  env.ARGON2_MEMORY_KIB === undefined ? { hashingDeadlineMs: 60_000 } : {}
const patientDatabase = { DATABASE_TIMEOUT_MS: '20000' }

let started = 0
/** In the proof every app sends its spans; in `npm test` one of four, another one each time, as files meet by chance. */
const tracesToo = (): boolean => started++ % turns(4, 1) === 0

/**
 * The real app with worker and inbox in the process, on a database of its own or, with DATABASE_URL, as one more process of the app that
 * has that database; `env` on top of a configuration for tests.
 */
export async function startApp(
  env: Readonly<Record<string, string | undefined>> = {},
  options: DepsOptions = {},
): Promise<TestApp> {
  const database = env.DATABASE_URL === undefined ? await createDatabase(inject('postgresUrl')) : undefined
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-app-'))
  const config = loadConfig({
    APP_ENV: 'test',
    PUBLIC_URL: publicUrl,
    FRONTEND_URL: frontendUrl,
    TRUSTED_PROXIES: '127.0.0.1',
    DATABASE_URL: database?.url,
    DATA_DIR: dataDir,
    RATE_LIMITS: '1000',
    ...(env.APP_ENV !== 'production' && cheapHashing),
    ...patientDatabase,
    LOG_LEVEL: 'trace',
    METRICS_TOKEN: 'of-the-metrics-in-the-tests',
    ...(tracesToo() && { OTEL_EXPORTER_OTLP_ENDPOINT: inject('otlpUrl') }),
    ...likeFirst(env.DATABASE_URL),
    ...env,
  })
  const warnings: LoggedLine[] = []
  const deps = await openDeps(config, createLog(config.logLevel, keepingWarnings(warnings)), {
    ...patientOptions(env),
    ...options,
  })
  if (database !== undefined) noteFirst({ config, deps })
  const forgetSender = noteSender({ config, deps })
  const app = await buildApp(deps, { onContractViolation: (route, code) => record({ violation: `${route} ${code}` }) })
  recordErrors(app)
  watchSecrets(app)
  keepSecretsOf(config)
  const origin = await app.listen({ host: '127.0.0.1', port: Number(env.PORT ?? 0) })
  const pool = new Pool(origin)
  recordDocument(app)
  const inbox = deps.inbox ?? findFirst(env.DATABASE_URL)?.deps.inbox
  return {
    app,
    deps: { ...deps, inbox },
    config,
    sql: async (text, values) => {
      const { rows } = await deps.pool.query(text, values)
      await forgetSessions(deps)
      return rows
    },
    origin,
    warnings,
    client: () => new TestClient(pool, new URL(config.publicUrl).host),
    close: async () => {
      keepMailedTokens(deps)
      await keepMetrics(deps)
      await pool.destroy()
      await app.close()
      await deps.close()
      forgetSender()
      if (database !== undefined) forgetFirst(config)
      await database?.giveBack(inject('pristine'))
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function keepingWarnings(warnings: LoggedLine[]): { write(text: string): void } {
  const canary = canaryLog()
  return {
    write: (text) => {
      canary.write(text)
      if (text.startsWith('{"level":40,')) warnings.push(JSON.parse(text))
    },
  }
}

/** The app of a file or of a `describe`: it is there from its first test to its last. */
export function useApp(env: Readonly<Record<string, string | undefined>> = {}): TestApp {
  const app = {} as TestApp
  beforeAll(async () => {
    Object.assign(app, await startApp(env))
  })
  afterAll(() => app.close())
  return app
}

/** A change past the API would show after half a minute. */
async function forgetSessions({ pool, remembered }: OpenedDeps): Promise<void> {
  const { rows } = await pool.query('select pg_snapshot_xmax(pg_current_snapshot())::text::float8 as transaction')
  remembered.forgetAll(rows[0].transaction)
}

/** What crossed the wire, and which test made it, for the verdict at the end of the run. */
function recordErrors(app: App): void {
  const seen = new Set<string>()
  app.addHook('onResponse', async (request, reply) => {
    const { url } = request.routeOptions
    const code = reply.getHeader('x-error-code')
    const wasInjected = !(request.raw.socket instanceof Socket)
    // Between tests, as in a beforeAll, there is none.
    const test = TestRunner.getCurrentTest<RunnerTestCase | undefined>()
    if (test) countAnswer(test, reply.statusCode)
    // Of the error lab: no proof that the route answers so.
    const wasForced = reply.hasHeader('x-postern-forced')
    if (wasInjected || wasForced || url === undefined || typeof code !== 'string') return
    const pair = `${request.method} ${url} ${reply.statusCode} ${code}`
    const known = `${pair} ${test?.id}`
    if (seen.has(known)) return
    seen.add(known)
    record({ pair, ...(test && { file: test.file.name, title: test.fullTestName }) })
  })
}

let hasDocument = false

/** The same of every app, and dear to make. */
function recordDocument(app: App): void {
  if (hasDocument) return
  hasDocument = true
  record({ document: withoutRefs(app.swagger()) })
}

function countAnswer({ meta }: RunnerTestCase, status: number): void {
  meta.answers ??= { requests: 0, acknowledged: 0, refused: 0 }
  meta.answers.requests += 1
  if (status < 400) meta.answers.acknowledged += 1
  else meta.answers.refused += 1
}

type Pair = { readonly pair: string; readonly file?: string; readonly title?: string }
type Entry = Pair | { readonly violation: string } | { readonly document: object }

const file = `${randomUUID()}.jsonl`

function record(entry: Entry): void {
  const dir = inject('recordDir')
  mkdirSync(dir, { recursive: true })
  if ('document' in entry) writeFileSync(join(dir, 'openapi.json'), JSON.stringify(entry.document))
  else appendFileSync(join(dir, file), `${JSON.stringify(entry)}\n`)
}
