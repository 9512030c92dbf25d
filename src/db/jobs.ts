import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import { fromDrizzle, PgBoss } from 'pg-boss'
import { describeCause } from '../errors/cause.ts'
import { inTrace, type Tracing } from '../tracing/tracing.ts'
import type { Transaction } from './transaction.ts'

/** Every kind of job, and how it is tried again. A job whose worker died is taken up again once it has expired. */
const queues = {
  'deliver-mail': { retryLimit: 10_000, retryDelay: 2, retryBackoff: true, retryDelayMax: 300, expireInSeconds: 15 },
  'answer-inquiry': { retryLimit: 10_000, retryDelay: 2, retryBackoff: true, retryDelayMax: 300, expireInSeconds: 15 },
  'delete-file': { retryLimit: 100, retryDelay: 5, retryBackoff: true, retryDelayMax: 3600, expireInSeconds: 60 },
  'index-user': { retryLimit: 10_000, retryDelay: 1, retryBackoff: true, retryDelayMax: 60, expireInSeconds: 60 },
  // From two seconds to an hour, for about nine hours.
  'deliver-webhook': { retryLimit: 18, retryDelay: 2, retryBackoff: true, retryDelayMax: 3600, expireInSeconds: 30 },
  sweep: { retryLimit: 2, retryDelay: 60, expireInSeconds: 1800 },
} as const

/**
 * A few at a time, and the next at once while there are more. A notification wakes the worker for new jobs; those that
 * become due later it finds by asking, of which mails are the ones that somebody waits for.
 */
const jobWork = {
  batchSize: 3,
  perJobResults: true,
  burstWhenBatchFull: true,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 5,
} as const

/** As many changes as one request may well carry. */
const batchWork = { ...jobWork, batchSize: 500 } as const

const mailsOfABatch = 2
const mailBatches = 3
/** Mails at a time that no request waits for. */
export const mailJobs = mailsOfABatch * mailBatches

/**
 * One network has mails in all batches but one at most, so that whoever makes many go out, or slow ones, holds up
 * nobody else's [AT2].
 */
const mailWork = {
  ...jobWork,
  batchSize: mailsOfABatch,
  localConcurrency: mailBatches,
  localGroupConcurrency: mailBatches - 1,
  notifyPollingIntervalSeconds: 1,
} as const

/** Nothing is wrong with the job but its moment. */
export class PostponedError extends Error {}

type JobData = {
  'deliver-mail': { readonly mailId: string }
  'answer-inquiry': { readonly inquiryId: string }
  'delete-file': { readonly name: string }
  'index-user': { readonly userId: string }
  'deliver-webhook': { readonly webhookId: string; readonly eventId: string }
  sweep: Record<string, never>
}
type QueueName = keyof JobData

export type Jobs = {
  /** In the transaction of its cause: no cause, no job. */
  enqueue<Queue extends QueueName>(
    tx: Transaction,
    queue: Queue,
    data: JobData[Queue],
    afterSeconds: number,
    /** Of jobs of one network only some run at a time, where others wait. */
    network?: string,
  ): Promise<void>
  /** Several at once, each due now. */
  enqueueAll<Queue extends QueueName>(tx: Transaction, queue: Queue, all: readonly JobData[Queue][]): Promise<void>
  /** Runs jobs of the kind in this process; a rejection means once more, later. */
  work<Queue extends QueueName>(queue: Queue, act: (data: JobData[Queue]) => Promise<void>): Promise<void>
  /** The same for many at once, which are done or tried again together. */
  workInBatches<Queue extends QueueName>(
    queue: Queue,
    act: (all: readonly JobData[Queue][]) => Promise<void>,
  ): Promise<void>
  /** Once per cluster, however many processes say so. */
  schedule(queue: QueueName, cron: string): Promise<void>
  close(): Promise<void>
}

type Options = {
  readonly url: string
  /** A sender only enqueues; a worker also runs, retries and tidies. */
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
    enqueue: async (tx, queue, data, afterSeconds, network) => {
      const group = network === undefined ? {} : { group: { id: network } }
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
      await boss.work(queue, queue === 'deliver-mail' ? mailWork : jobWork, (jobs) =>
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
 * A job's failure is its own: the others of its batch are done. `what`: its queue and the ids in it, nothing that is
 * secret.
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
  // A failure rejects start(); without a listener it would end the process besides.
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
