import { sql } from 'drizzle-orm'
import type pg from 'pg'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../db/database.ts'
import { version } from '../process/version.ts'
import { within } from '../waiting/within.ts'
import type { Answer } from './answer.ts'

/** A contract that callers may have, and the `POST /v0/auth/login user:banned` that this server has and it has not. */
export type ServedContract = { readonly digest: string; readonly version: string; readonly lacks: ReadonlySet<string> }

/** Metrics of the process, in Prometheus' text format. */
export type Metrics = {
  noteAnswer(answer: Answer): void
  noteViolation(route: string, code: string): void
  knowContracts(contracts: readonly ServedContract[]): void
  read(): Promise<{ readonly contentType: string; readonly text: string }>
}

/** Users that can be found, and users in the search index; undefined if the index cannot be counted. */
export type SearchCounts = { readonly users: number; readonly documents: number | undefined }

type Sources = {
  readonly db: Database
  readonly pool: pg.Pool
  readonly hashing: () => { readonly running: number; readonly waiting: number }
  /** Outcomes of looking new passwords up among leaked ones; undefined if they are not looked up. */
  readonly breachedChecks: Readonly<Record<'yes' | 'no' | 'unknown', number>> | undefined
  /** Refusals that the ledger took; undefined if there is none. */
  readonly refusals: Readonly<Record<'written' | 'onlyCounted', number>> | undefined
  readonly countListeners: () => number
  /** Whether each dependency worked when it was last used, by its name. */
  readonly dependencies: ReadonlyMap<string, boolean>
  readonly replicas: { isLeased(): boolean }
  readonly remembered: {
    readonly size: number
    readonly foundIn: Readonly<Record<'memory' | 'cache' | 'database', number>>
  }
  /** Undefined if PostgreSQL itself is searched. */
  readonly searchCounts: (() => Promise<SearchCounts>) | undefined
}

/** Bounds the counts of a scrape, which must not hang while the database does. */
const scrapeDeadlineMs = 1000
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export function openMetrics(sources: Sources): Metrics {
  const { db, pool, hashing, breachedChecks, refusals, countListeners } = sources
  const { dependencies, replicas, remembered, searchCounts } = sources
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'postern_requests_total',
    help: 'Answers by route and status',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const errors = new Counter({
    name: 'postern_errors_total',
    help: 'Errors by route and code of the catalogue',
    labelNames: ['method', 'route', 'code'],
    registers,
  })
  const durations = new Histogram({
    name: 'postern_request_duration_seconds',
    help: 'Time until an answer was sent, by route',
    labelNames: ['method', 'route'],
    buckets: durationBuckets,
    registers,
  })
  const violations = new Counter({
    name: 'postern_contract_violations_total',
    help: 'Errors that their route does not declare: a mistake of the server',
    labelNames: ['route', 'code'],
    registers,
  })
  const contracts = contractCounters(registers)
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('postern_hashing_running', 'Password hashes being computed', () => hashing().running)
  gauge('postern_hashing_waiting', 'Password hashes that wait for their turn', () => hashing().waiting)
  gauge('postern_pool_connections', 'Connections to PostgreSQL', () => pool.totalCount)
  gauge('postern_pool_idle', 'Connections to PostgreSQL that nothing uses', () => pool.idleCount)
  gauge('postern_pool_waiting', 'Statements that wait for a connection', () => pool.waitingCount)
  gauge('postern_event_listeners', 'Open event streams', countListeners)
  gauge('postern_sessions_leased', 'Whether sessions may be answered from memory', () => Number(replicas.isLeased()))
  gauge('postern_sessions_remembered', 'Sessions in memory', () => remembered.size)
  new Counter({
    name: 'postern_session_checks_total',
    help: 'Where sessions were looked up: memory, cache or database',
    labelNames: ['source'],
    registers,
    collect() {
      this.reset()
      for (const [source, count] of Object.entries(remembered.foundIn)) this.inc({ source }, count)
    },
  })
  new Counter({
    name: 'postern_breached_checks_total',
    help: 'Passwords looked up among those that leaked: breached, clear, or unavailable where nobody could say',
    labelNames: ['outcome'],
    registers,
    collect() {
      if (breachedChecks === undefined) return
      const { yes: breached, no: clear, unknown: unavailable } = breachedChecks
      this.reset()
      for (const [outcome, count] of Object.entries({ breached, clear, unavailable })) this.inc({ outcome }, count)
    },
  })
  new Counter({
    name: 'postern_refusals_total',
    help: 'Refusals by what the ledger did: written, or only_counted where there were too many',
    labelNames: ['outcome'],
    registers,
    collect() {
      if (refusals === undefined) return
      this.reset()
      this.inc({ outcome: 'written' }, refusals.written)
      this.inc({ outcome: 'only_counted' }, refusals.onlyCounted)
    },
  })
  new Gauge({
    name: 'postern_dependency_up',
    help: 'Whether a server or folder that is needed was there when it was last asked for',
    labelNames: ['name'],
    registers,
    collect() {
      for (const [name, isUp] of dependencies) this.set({ name }, Number(isUp))
    },
  })
  new Gauge({ name: 'postern_build_info', help: 'What runs', labelNames: ['version', 'node'], registers }).set(
    { version, node: process.versions.node },
    1,
  )
  const backlog = backlogGauges(registers)
  const search = searchCounts && searchGauges(registers)
  return {
    noteAnswer: ({ method, route = 'unknown', status, code, seconds, contract }) => {
      requests.inc({ method, route, status })
      durations.observe({ method, route }, seconds)
      if (code !== undefined) errors.inc({ method, route, code })
      if (contract !== undefined) contracts.note(contract, { method, route, code })
    },
    noteViolation: (route, code) => violations.inc({ route, code }),
    knowContracts: contracts.know,
    read: async () => {
      await Promise.all([
        within(scrapeDeadlineMs, readBacklog(db)).then(backlog.set, backlog.forget),
        searchCounts && search && within(scrapeDeadlineMs, searchCounts()).then(search.set, search.forget),
      ])
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}

/**
 * Counts the callers' contracts, and the answers that they do not know. A contract that this installation has not
 * served is `unknown`, so that strangers cannot make more series than there are.
 */
function contractCounters(registers: Registry[]) {
  const answers = new Counter({
    name: 'postern_contract_answers_total',
    help: 'Answers to requests that name the contract that their caller was written against',
    labelNames: ['contract'],
    registers,
  })
  const unknown = new Counter({
    name: 'postern_unknown_codes_total',
    help: 'Errors that the contract of their caller does not have',
    labelNames: ['method', 'route', 'code', 'contract'],
    registers,
  })
  const info = new Gauge({
    name: 'postern_contract_info',
    help: 'The contracts that this installation has served',
    labelNames: ['contract', 'version'],
    registers,
  })
  let served: ReadonlyMap<string, ServedContract> = new Map()
  return {
    know: (contracts: readonly ServedContract[]): void => {
      served = new Map(contracts.map((one) => [one.digest, one]))
      for (const { digest, version } of contracts) info.set({ contract: digest, version }, 1)
    },
    note: (contract: string, { method, route, code }: { method: string; route: string; code: string | undefined }) => {
      const lacks = served.get(contract)?.lacks
      answers.inc({ contract: lacks === undefined ? 'unknown' : contract })
      if (code !== undefined && lacks?.has(`${method} ${route} ${code}`)) unknown.inc({ method, route, code, contract })
    },
  }
}

type Backlog = Awaited<ReturnType<typeof readBacklog>>

async function readBacklog(db: Database) {
  const waits = sql`sent_at is null and refusal is null and kind <> 'probe' and expires_at > now()`
  const { rows } = await db.execute<{
    mails: number
    mail_age: number
    mails_refused: number
    events: number
    event_age: number
    hooks: number
    hooks_again: number
    hooks_failed: number
  }>(sql`
    select
      (select count(*)::int from mails where ${waits}) as mails,
      (select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 from mails where ${waits}) as mail_age,
      (select count(*)::int from mails
       where refusal is not null and kind = 'message' and created_at > now() - interval '1 day') as mails_refused,
      (select count(*)::int from event_outbox) as events,
      (select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 from event_outbox) as event_age,
      (select count(*)::int from pgboss.job where name = 'deliver-webhook'
        and state in ('created', 'retry', 'active')) as hooks,
      (select count(*)::int from pgboss.job where name = 'deliver-webhook' and state = 'retry') as hooks_again,
      (select count(*)::int from pgboss.job where name = 'deliver-webhook' and state = 'failed') as hooks_failed`)
  return rows[0]
}

/** Gauges of the mails, events and webhooks that wait in PostgreSQL. They have no value while it does not answer. */
function backlogGauges(registers: Registry[]) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const gauges = {
    mails: gauge('postern_mails_waiting', 'Mails that were not sent yet'),
    mail_age: gauge('postern_mails_oldest_seconds', 'How long the oldest of them has waited'),
    mails_refused: gauge('postern_mails_refused', 'Mails of the last day that the mail server refused for good'),
    events: gauge('postern_events_waiting', 'Events that were not relayed yet'),
    event_age: gauge('postern_events_oldest_seconds', 'How long the oldest of them has waited'),
    hooks: gauge('postern_webhooks_waiting', 'Deliveries to webhooks that were not taken yet'),
    hooks_again: gauge('postern_webhooks_retrying', 'Those of them that were refused at least once'),
    hooks_failed: gauge('postern_webhooks_failed', 'Deliveries to webhooks that were given up, of late'),
  }
  return {
    set: (found: Backlog): void => {
      for (const [name, one] of Object.entries(gauges)) one.set(found?.[name as keyof typeof gauges] ?? 0)
    },
    forget: (): void => {
      for (const one of Object.values(gauges)) one.remove()
    },
  }
}

/** If these two differ for long, the index lost users. They have no value while a server does not answer. */
function searchGauges(registers: Registry[]) {
  const users = new Gauge({ name: 'postern_search_users', help: 'Users that can be found', registers })
  const documents = new Gauge({ name: 'postern_search_documents', help: 'Users in the search index', registers })
  return {
    set: (counts: SearchCounts): void => {
      users.set(counts.users)
      if (counts.documents === undefined) documents.remove()
      else documents.set(counts.documents)
    },
    forget: (): void => {
      users.remove()
      documents.remove()
    },
  }
}
