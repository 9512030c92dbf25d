import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { type DatabaseClient, openDatabase } from '../db/database.ts'
import { type Jobs, mailJobs } from '../db/jobs.ts'
import type { DatabaseUrls } from '../db/urls.ts'
import { describeCause } from '../errors/cause.ts'
import { startRelay } from '../events/relay.ts'
import { deliverToWebhook } from '../events/webhooks.ts'
import { countFigures } from '../figures/count.ts'
import { sweepOrphans } from '../files/sweep-orphans.ts'
import { brandOf } from '../mail/brand.ts'
import { type DeliverDeps, deliverMail } from '../mail/deliver.ts'
import { type SmtpSender, smtpSender } from '../mail/smtp.ts'
import type { Messages } from '../messages/messages.ts'
import { openOutbound } from '../outbound/ask.ts'
import { outboundPolicy } from '../outbound/policy.ts'
import { openBroadcast } from '../ports/broadcast.open.ts'
import { openEventStream } from '../ports/event-stream.ts'
import { openFileStore } from '../ports/file-store.open.ts'
import { memoryRateCounter } from '../ports/rate-counter.memory.ts'
import { openSharedCounter } from '../ports/rate-counter.open.ts'
import { foldOlderNames } from '../search/fold-names.ts'
import { openUserIndexer } from '../search/index-users.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { fairTurns } from '../waiting/fair-turns.ts'
import { type AnswerDeps, answerInquiry } from './answer-inquiry.ts'
import { sweep } from './sweep.ts'
import { listenForDeliveries, type WorkerServer } from './worker-server.ts'

type Options = {
  readonly config: Config
  readonly log: FastifyBaseLogger
  readonly urls: DatabaseUrls
  readonly smtpUrl: string
  readonly keyring: Keyring
  readonly jobs: Jobs
  readonly messages: Messages
  readonly tracing: Tracing | undefined
  readonly listen: { readonly host: string; readonly port: number; readonly secret: string }
}

type SearchParts = Pick<Options, 'config' | 'log' | 'urls' | 'jobs'> & Pick<DatabaseClient, 'db' | 'pool'>

/** Bounds the mail conversations that requests wait for. Each needs a connection to PostgreSQL. */
const conversations = { places: 5, placesOfOne: 3, mostWaiting: 500 } as const
/** How often the search index is checked. */
const searchCheckMs = 60_000
/**
 * Jobs have connections of their own, so that a mail server that is slow to take a message does not hold up probes
 * [AT1].
 */
const jobConnections = mailJobs + 3
const learnEveryMs = 3_600_000

/** Starts the part that sends mails and tidies up, either inside the API's process or as a process of its own. */
export async function startWorker({
  config,
  log,
  urls,
  smtpUrl,
  keyring,
  jobs,
  messages,
  tracing,
  listen,
}: Options): Promise<WorkerServer> {
  const open = (poolSize: number) =>
    openDatabase({
      url: urls.main,
      poolSize,
      // A row stays locked, and its transaction idle, for as long as a mail server takes.
      timeoutMs: Math.max(config.databaseTimeoutMs, config.workerTimeoutMs),
      onIdleError: (error) => log.warn({ cause: describeCause(error) }, 'the worker lost a connection to PostgreSQL'),
    })
  const [asked, database] = [open(conversations.places), open(jobConnections)]
  const { db, pool } = database
  // A failure must be reported before the request that waits for it gives up.
  const deadlineMs = Math.ceil(config.workerTimeoutMs * 0.8)
  const smtp = smtpSender({ url: smtpUrl, from: config.mailFrom, name: config.smtpName, deadlineMs })
  const stopLearning = learnNowAndThen(smtp)
  const fallback = memoryRateCounter({ now: () => performance.now() })
  const sharedCounter = openSharedCounter({ config, db, log, fallback })
  const deps = { db, pool, keyring, smtp, mailFrom: config.mailFrom, messages, brand: brandOf(config), log }
  await workOnMails({ ...deps, config, jobs, sharedCounter })
  const fileStore = openFileStore(config)
  await jobs.work('delete-file', ({ name }) => fileStore.delete(name))
  const outbound = openOutbound(outboundPolicy(config))
  await jobs.work('deliver-webhook', (delivery) => deliverToWebhook({ db, keyring, outbound }, delivery))
  const stopSearch = await workOnSearch({ config, log, db, pool, urls, jobs })
  await jobs.work('sweep', async () => {
    await sweep(db)
    await sweepOrphans({ db, fileStore })
  })
  await jobs.schedule('sweep', '17 * * * *')
  await jobs.work('count-figures', () => countFigures(database))
  await jobs.schedule('count-figures', '*/5 * * * *')
  const eventStream = openEventStream(openBroadcast('events', { config, db, directUrl: urls.direct, log }))
  const relay = startRelay({ pool, jobs, eventStream, log })
  const turns = fairTurns({ ...conversations, deadlineMs })
  const server = await listenForDeliveries({ ...deps, db: asked.db, pool: asked.pool }, { ...listen, tracing, turns })
  return {
    url: server.url,
    close: async () => {
      await server.close()
      stopLearning()
      stopSearch()
      await relay.stop()
      await eventStream.close()
      await outbound.close()
      await sharedCounter.close()
      await asked.close()
      await database.close()
    },
  }
}

/**
 * Finds out now and then whether the mail server has room for two conversations, so that no mail has to find it out.
 */
function learnNowAndThen(smtp: SmtpSender): () => void {
  void smtp.learn()
  const timer = setInterval(() => void smtp.learn(), learnEveryMs).unref()
  return () => clearInterval(timer)
}

/** Gives a function that ends the work. */
async function workOnSearch({ config, log, db, pool, urls, jobs }: SearchParts): Promise<() => void> {
  foldOlderNames(db).catch((error: unknown) => {
    log.warn({ cause: describeCause(error) }, 'names of older users are not folded yet; the next start tries again')
  })
  const indexer = openUserIndexer(config, { db, pool, directUrl: urls.direct, log })
  if (indexer === undefined) return () => {}
  await jobs.workInBatches('index-user', (changes) =>
    indexer.indexUsers([...new Set(changes.map(({ userId }) => userId))]),
  )
  indexer.keepWholeSoon()
  const timer = setInterval(indexer.keepWholeSoon, searchCheckMs).unref()
  return () => clearInterval(timer)
}

/** Works on mails that no request waits for. */
async function workOnMails(deps: DeliverDeps & AnswerDeps): Promise<void> {
  const { config, sharedCounter } = deps
  await deps.jobs.work('answer-inquiry', ({ inquiryId }) => answerInquiry(deps, inquiryId))
  await deps.jobs.work('deliver-mail', async ({ mailId }) => {
    const outcome = await deliverMail({ ...deps, budget: { config, sharedCounter } }, mailId)
    if (outcome === 'failed') throw new Error('the mail waits for its next attempt')
  })
}
