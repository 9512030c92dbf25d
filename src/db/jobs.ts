import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import { fromDrizzle, PgBoss } from 'pg-boss'
import { describeCause } from '../errors/cause.ts'
import { inTrace, type Tracing } from '../tracing/tracing.ts'
import type { Transaction } from './transaction.ts'

/** Every kind of job with its retries. A job whose worker died is taken up again after `expireInSeconds`. */
const queues = {
  'deliver-mail': { retryLimit: 10_000, retryDelay: 2, retryBackoff: true, retryDelayMax: 300, expireInSeconds: 15 },
  'answer-inquiry': { retryLimit: 10_000, retryDelay: 2, retryBackoff: true, retryDelayMax: 300, expireInSeconds: 15 },
  'delete-file': { retryLimit: 100, retryDelay: 5, retryBackoff: true, retryDelayMax: 3600, expireInSeconds: 60 },
  'index-user': { retryLimit: 10_000, retryDelay: 1, retryBackoff: true, retryDelayMax: 60, expireInSeconds: 60 },
  // The delays grow from two seconds to an hour, over about nine hours in all.
  'deliver-webhook': { retryLimit: 18, retryDelay: 2, retryBackoff: true, retryDelayMax: 3600, expireInSeconds: 30 },
  'count-figures': { retryLimit: 0, expireInSeconds: 900 },
  sweep: { retryLimit: 2, retryDelay: 60, expireInSeconds: 1800 },
} as const

/**
 * Takes three jobs at a time, and more at once while batches are full. A notification wakes the worker for new jobs;
 * polling finds jobs that become due later. Mails are polled most often, as somebody waits for them.
 */
const jobWork = {
  batchSize: 3,
  perJobResults: true,
  burstWhenBatchFull: true,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 5,
} as const

/** One batch of the search index's changes becomes one request, which can carry this many. */
const batchWork = { ...jobWork, batchSize: 500 } as const

const jobsOfABatch = 2
const batches = 3
/** Bounds the mails that a worker sends at a time, and the events that it posts. */
export const mailJobs = jobsOfABatch * batches

/**
 * One party's jobs never fill the last batch, so that a network or an account that causes many or slow ones does not
 * delay those of others [AT2].
 */
const fairWork = {
  ...jobWork,
  batchSize: jobsOfABatch,
  localConcurrency: batches,
  localGroupConcurrency: batches - 1,
  notifyPollingIntervalSeconds: 1,
} as const

/** Jobs that wait for servers of others. */
const fairQueues: ReadonlySet<QueueName> = new Set<QueueName>(['deliver-mail', 'deliver-webhook'])

/** Thrown by a job that cannot be done yet. It is tried again like a failed job, but logged as no failure. */
export class PostponedError extends Error {}

type JobData = {
  'deliver-mail': { readonly mailId: string }
  'answer-inquiry': { readonly inquiryId: string }
  'delete-file': { readonly name: string }
  'index-user': { readonly userId: string }
  'deliver-webhook': { readonly webhookId: string; readonly eventId: string }
  'count-figures': Record<string, never>
  sweep: Record<string, never>
}
type QueueName = keyof JobData

export type Jobs = {
  /** Adds a job in the transaction that causes it, so that the job exists only if the transaction commits. */
  enqueue<Queue extends QueueName>(
    tx: Transaction,
    queue: Queue,
    data: JobData[Queue],
    afterSeconds: number,
    /** The network or account that caused the job. Only some jobs of one run at a time, so that others get turns. */
    party?: string,
  ): Promise<void>
  /** Adds several jobs at once, each due now. */
  enqueueAll<Queue extends QueueName>(tx: Transaction, queue: Queue, all: readonly JobData[Queue][]): Promise<void>
  /** Runs jobs of this kind in this process; a job whose `act` rejects is tried again later. */
  work<Queue extends QueueName>(queue: Queue, act: (data: JobData[Queue]) => Promise<void>): Promise<void>
  /** Like `work`, but `act` gets many jobs at once, which succeed or are tried again together. */
  workInBatches<Queue extends QueueName>(
    queue: Queue,
    act: (all: readonly JobData[Queue][]) => Promise<void>,
  ): Promise<void>
  /** Runs the job by this timetable once per cluster, even if every process schedules it. */
  schedule(queue: QueueName, cron: string): Promise<void>
  close(): Promise<void>
}

type Options = {
  readonly url: string
  /** A sender only adds jobs; a worker also runs and retries them and deletes old ones. */
  readonly role: 'sender' | 'worker'
  readonly log: FastifyBaseLogger
  readonly tracing?: Tracing | undefined
}

const closeWithinMs = 5000

export async function openJobs({ url, role, log, tracing }: Options): Promise<Jobs> {
  const isWorker = role === 'worker'
  const boss = createBoss(url, { supervise: isWorker, schedule: isWorker, useListenNotify: isWorker })
  boss.on('error', (error) => log.warn({ cause: describeCause(error) }, 'the job queue failed'))
  boss.on('warning', (warning) => log.warn({ warning: warning.message }, 'the job queue warns'))
  await boss.start()
  return {
    enqueue: async (tx, queue, data, afterSeconds, party) => {
      const group = party === undefined ? {} : { group: { id: party } }
      await boss.send(queue, data, { startAfter: afterSeconds, ...group, db: fromDrizzle(tx, sql) })
    },
    enqueueAll: async (tx, queue, all) => {
      await boss.insert(
        queue,
        all.map((data) => ({ data })),
        { db: fromDrizzle(tx, sql) },
      )
    },
    work: async (queue, act) => {
      const perform = (data: unknown): Promise<void> =>
        inTrace(tracing, `job ${queue}`, { kind: 'consumer' }, () => act(data as never))
      await boss.work(queue, fairQueues.has(queue) ? fairWork : jobWork, (jobs) =>
        Promise.all(
          jobs.map(async ({ id, data }) => ({
            id,
            status: await statusOf(perform(data), log, { queue, job: id, ...(data as object) }),
          })),
        ),
      )
    },
    workInBatches: async (queue, act) => {
      await boss.work(queue, batchWork, async (jobs) => {
        const all = jobs.map(({ data }) => data as never)
        const done = inTrace(tracing, `jobs ${queue}`, { kind: 'consumer' }, () => act(all))
        const status = await statusOf(done, log, { queue, jobs: jobs.map(({ id }) => id) })
        return jobs.map(({ id }) => ({ id, status }))
      })
    },
    schedule: (queue, cron) => boss.schedule(queue, cron),
    close: () => boss.stop({ graceful: true, timeout: closeWithinMs }),
  }
}

/**
 * Turns the end of one job into its status, so that the other jobs of its batch are unaffected.
 * @param what the queue and ids for the log, nothing secret
 */
async function statusOf(job: Promise<void>, log: FastifyBaseLogger, what: object): Promise<'completed' | 'failed'> {
  try {
    await job
    return 'completed'
  } catch (error) {
    const isPostponed = error instanceof PostponedError
    log[isPostponed ? 'debug' : 'warn'](
      { ...what, cause: describeCause(error) },
      'a job failed and will be tried again',
    )
    return 'failed'
  }
}

/** Makes or migrates the job queue's own tables; called under the migration lock. */
export async function installJobs(url: string): Promise<void> {
  const boss = createBoss(url, { migrate: true, createSchema: true, supervise: false, schedule: false })
  // `start()` rejects on a failure; without a listener the event would also end the process.
  boss.on('error', () => undefined)
  await boss.start()
  for (const [name, options] of Object.entries(queues)) await boss.createQueue(name, { ...options, notify: true })
  await boss.stop({ graceful: false })
}

const createBoss = (url: string, options: Partial<ConstructorParameters<typeof PgBoss>[0] & object>): PgBoss =>
  new PgBoss({
    connectionString: url,
    application_name: 'postern-jobs',
    max: 3,
    connectionTimeoutMillis: 5000,
    statement_timeout: 10_000,
    migrate: false,
    createSchema: false,
    // How soon a job of a worker that died is noticed.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    ...options,
  } as ConstructorParameters<typeof PgBoss>[0] & object)
