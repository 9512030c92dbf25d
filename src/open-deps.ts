import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { sealedColumns } from './accounts/all-rows.ts'
import { loadCommonPasswords } from './accounts/common-passwords.ts'
import type { Config } from './config/config.ts'
import { identityTtlSeconds } from './credentials/identity.ts'
import { accessTokenResolver } from './credentials/resolve-access-token.ts'
import { consoleResolver, sessionResolver } from './credentials/resolve-session.ts'
import { openSigningKeys } from './credentials/signing-keys.ts'
import { openSessionSources, type SessionSources } from './credentials/sources.ts'
import { type Keyring, openKeyring } from './crypto/keyring.ts'
import { type Database, openDatabase } from './db/database.ts'
import { openHeavyReads } from './db/heavy-reads.ts'
import { openJobs } from './db/jobs.ts'
import { applyMigrations } from './db/migrate.ts'
import { type DatabaseUrls, openDatabaseUrls } from './db/urls.ts'
import type { OpenedDeps } from './deps.ts'
import { describeCause } from './errors/cause.ts'
import { type EventHub, openEventHub } from './events/hub.ts'
import { openDecoders } from './files/decoders.ts'
import { hashCostOf } from './hashing/argon2.ts'
import { rankHashingThreads } from './hashing/hashing-threads.ts'
import { openPasswordHasher } from './hashing/password-hasher.ts'
import { keysCheck, postgresCheck } from './http/health-checks.ts'
import { watchDependencies } from './http/watch-dependencies.ts'
import { type Messages, openMessages } from './messages/messages.ts'
import { openMetrics } from './metrics/metrics.ts'
import { startMetricsServer } from './metrics/server.ts'
import { openLookups } from './oauth/lookups.ts'
import { openOutbound } from './outbound/ask.ts'
import { outboundPolicy } from './outbound/policy.ts'
import { openPasskeyTurns } from './passkeys/in-turn.ts'
import { openBreached } from './ports/breached-passwords.open.ts'
import type { BreachedPasswords } from './ports/breached-passwords.ts'
import { openBroadcast } from './ports/broadcast.open.ts'
import { openEventStream } from './ports/event-stream.ts'
import { openFileStore } from './ports/file-store.open.ts'
import { httpMailDelivery } from './ports/mail-delivery.http.ts'
import { memoryRateCounter } from './ports/rate-counter.memory.ts'
import { openSharedCounter } from './ports/rate-counter.open.ts'
import { openLedger, type RefusalLedger } from './refusals/ledger.ts'
import { measureIndex } from './search/measure-index.ts'
import { openSearchIndex } from './search/search-index.open.ts'
import { type CountedHasher, countedHasher } from './throttling/hash-ticket.ts'
import { openTracing } from './tracing/open-tracing.ts'
import type { Tracing } from './tracing/tracing.ts'
import { startWorker } from './worker/start-worker.ts'

export type DepsOptions = {
  /** How often dependencies are checked, which bounds how late log and metrics tell of a lost one. */
  readonly watchEveryMs?: number
  /** How long a password waits for its turn to be hashed before its request is refused. */
  readonly hashingDeadlineMs?: number | undefined
}

/** Opens everything in order. What was opened is closed in reverse order, also if a later step fails. */
export async function openDeps(
  config: Config,
  log: FastifyBaseLogger,
  { watchEveryMs = 15_000, hashingDeadlineMs }: DepsOptions = {},
): Promise<OpenedDeps> {
  await using opened = new AsyncDisposableStack()
  const tracing = await openTracing(config, log)
  if (tracing) opened.defer(tracing.close)
  const urls = await openDatabaseUrls(config, { role: 'server', log, opened })
  await applyMigrations(urls, { eventsKeepDays: config.eventsKeepDays, say: (message) => log.warn(message) })

  const { db, pool, close } = openDatabase({
    url: urls.main,
    poolSize: config.databasePoolSize,
    timeoutMs: config.databaseTimeoutMs,
    onIdleError: (error) => log.warn({ cause: describeCause(error) }, 'a connection to PostgreSQL was lost'),
  })
  opened.defer(close)
  const heavyReads = openHeavyReads({
    pool,
    poolSize: config.databasePoolSize,
    timeoutMs: config.databaseTimeoutMs,
  })
  const isProduction = config.appEnv === 'production'
  const keyring = openKeyring(config.keysDir, { create: !isProduction, ownOnly: isProduction })
  const signingKeys = openSigningKeys(keyring, Math.max(config.accessTokenTtlSeconds, identityTtlSeconds))
  const [uncounted, isCommonPassword] = await Promise.all([
    openPasswordHasher({
      cost: hashCostOf(config),
      concurrency: config.argon2Concurrency,
      deadlineMs: hashingDeadlineMs,
    }),
    loadCommonPasswords(config.passwordMinLength),
  ])
  // The uncounted hasher goes no further: all others hash only in exchange for a ticket.
  const hasher = countedHasher(uncounted)
  rankHashingThreads(log)
  const sources = openSessionSources({ config, db, pool, keyring, urls, log, opened })
  const policy = outboundPolicy(config)
  const outbound = openOutbound(policy)
  opened.defer(outbound.close)
  const breachedPasswords = openBreached({ config, outbound, log })
  const refusals = config.refusalLedger === 'on' ? openLedger({ db, keyring, log }) : undefined
  if (refusals) opened.defer(refusals.close)
  const { redisChecks, ...counters } = openCounters(config, log, db, opened)
  const eventStream = openEventStream(openBroadcast('events', { config, db, directUrl: urls.direct, log }))
  opened.defer(eventStream.close)
  const eventHub = openEventHub({ db, heavyReads, eventStream, log })
  opened.defer(async () => eventHub.close())
  const messages = openMessages(config)
  const parts = { config, log, keyring, urls, messages, tracing }
  const { checkWorker, checkMail, ...mail } = await openMail(parts, opened)

  const decoders = openDecoders()
  opened.defer(async () => decoders.close())
  const fileStore = openFileStore(config)
  const searchIndex = openSearchIndex({ config, heavyReads, jobs: mail.jobs })

  const healthChecks = {
    postgres: postgresCheck(pool),
    keys: keysCheck({ db, keyring, sealedColumns, signingKeys }),
    worker: checkWorker,
    // The built-in inbox runs in this process.
    ...(mail.inbox === undefined && { mail: checkMail }),
    ...(fileStore.ping && { pictures: fileStore.ping }),
    ...(searchIndex.ping && { meilisearch: searchIndex.ping }),
    ...redisChecks,
  }
  // Look-ups are not watched: they say themselves when they begin to fail.
  const lookUpChecks = breachedPasswords ? { breached_passwords: breachedPasswords.ping } : {}
  const watch = watchDependencies({ checks: healthChecks, log, everyMs: watchEveryMs })
  opened.defer(watch.close)
  const measured = { config, dependencies: watch.states, db, hasher, breachedPasswords, eventHub, sources, refusals }
  const metrics = await openMetricsOf(measured, opened)

  const moved = opened.move()
  return {
    config,
    log,
    db,
    pool,
    heavyReads,
    keyring,
    signingKeys,
    hasher,
    passkeyTurns: openPasskeyTurns(config.databasePoolSize),
    isCommonPassword,
    breachedPasswords,
    messages,
    ...counters,
    ...mail,
    eventStream,
    eventHub,
    fileStore,
    decoders,
    searchIndex,
    refusals,
    metrics,
    tracing,
    lastSeen: sources.lastSeen,
    replicas: sources.replicas,
    remembered: sources.remembered,
    outboundPolicy: policy,
    outbound,
    discoveries: openLookups(() => performance.now()),
    providerKeys: openLookups(() => performance.now()),
    ...sessionResolver(sources),
    resolveConsole: consoleResolver(sources),
    resolveAccessToken: accessTokenResolver({ config, signingKeys, sources }),
    healthChecks: { ...healthChecks, ...lookUpChecks },
    close: () => moved.disposeAsync(),
  }
}

type Measured = {
  readonly dependencies: ReadonlyMap<string, boolean>
  readonly config: Config
  readonly db: Database
  readonly hasher: CountedHasher
  readonly breachedPasswords: BreachedPasswords | undefined
  readonly eventHub: EventHub
  readonly sources: SessionSources
  readonly refusals: RefusalLedger | undefined
}

async function openMetricsOf(
  { config, dependencies, db, hasher, breachedPasswords, eventHub, sources, refusals }: Measured,
  opened: AsyncDisposableStack,
) {
  const { host, metricsPort: port, metricsToken } = config
  if (port === undefined && metricsToken === undefined) return undefined
  const metrics = openMetrics({
    ...sources,
    db,
    dependencies,
    hashing: hasher.state,
    breachedChecks: breachedPasswords?.counts,
    refusals: refusals?.counts,
    countListeners: eventHub.count,
    searchCounts: measureIndex(config, db),
  })
  if (port !== undefined) opened.defer((await startMetricsServer({ metrics, host, port })).close)
  return metrics
}

function openCounters(config: Config, log: FastifyBaseLogger, db: Database, opened: AsyncDisposableStack) {
  const localCounter = memoryRateCounter({ now: () => performance.now() })
  opened.defer(() => localCounter.close())
  const sharedCounter = openSharedCounter({ config, db, log, fallback: localCounter })
  opened.defer(() => sharedCounter.close())
  return { localCounter, sharedCounter, redisChecks: sharedCounter.ping ? { redis: sharedCounter.ping } : {} }
}

type MailParts = {
  readonly config: Config
  readonly log: FastifyBaseLogger
  readonly keyring: Keyring
  readonly urls: DatabaseUrls
  readonly messages: Messages
  readonly tracing: Tracing | undefined
}

/** The worker is always asked over HTTP: on a free loopback port if it runs in this process, else at WORKER_URL. */
async function openMail({ config, log, keyring, urls, messages, tracing }: MailParts, opened: AsyncDisposableStack) {
  const { workerUrl, workerSecret: secret = randomBytes(32).toString('base64url') } = config
  if (workerUrl !== undefined) {
    const jobs = await openJobs({ url: urls.direct, role: 'sender', log })
    opened.defer(jobs.close)
    return { inbox: undefined, jobs, ...deliveriesBy(workerUrl, secret, config.workerTimeoutMs) }
  }
  const { inbox, smtpUrl } = await findMailServer(config)
  if (inbox) opened.defer(inbox.close)
  const jobs = await openJobs({ url: urls.direct, role: 'worker', log, tracing })
  const listen = { host: '127.0.0.1', port: 0, secret }
  const worker = await startWorker({ config, log, urls, smtpUrl, keyring, jobs, messages, tracing, listen })
  opened.defer(worker.close)
  // Closed before the worker's connections, which a running job still needs.
  opened.defer(jobs.close)
  return { inbox, jobs, ...deliveriesBy(worker.url, secret, config.workerTimeoutMs) }
}

/** Without SMTP_URL the built-in inbox takes the mails. */
async function findMailServer({ smtpUrl, appEnv, dataDir }: Config) {
  if (smtpUrl !== undefined) return { inbox: undefined, smtpUrl }
  // Loaded only if it is used.
  const { openInbox } = await import('./mail/inbox.ts')
  const inbox = await openInbox({ folder: appEnv === 'development' ? join(dataDir, 'inbox') : undefined })
  return { inbox, smtpUrl: inbox.smtpUrl }
}

const deliveriesBy = (url: string, secret: string, timeoutMs: number) => {
  const ask = (path: string): Promise<Response> => fetch(`${url}${path}`, { signal: AbortSignal.timeout(timeoutMs) })
  const checkWorker = async () => {
    const reply = await ask('/health/ready')
    if (!reply.ok) throw new Error(`the worker answered ${reply.status}`)
  }
  const checkMail = async () => {
    // A worker of an earlier version has no such route.
    const { ok, status } = await ask('/health/mail')
    if (!ok && status !== 404) throw new Error('the mail server does not answer')
  }
  return { mailDelivery: httpMailDelivery({ url, secret, timeoutMs }), checkWorker, checkMail }
}
