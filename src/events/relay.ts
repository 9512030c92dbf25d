import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import type pg from 'pg'
import type { Jobs } from '../db/jobs.ts'
import { eventLog, eventOutbox, webhooks } from '../db/schema/events.ts'
import { transaction } from '../db/transaction.ts'
import { describeCause } from '../errors/cause.ts'
import type { EventStream, StreamEntry } from '../ports/event-stream.ts'

type Deps = {
  readonly pool: pg.Pool
  readonly jobs: Jobs
  readonly eventStream: EventStream
  readonly log: FastifyBaseLogger
}

const everyMs = 200
const batchSize = 500

/**
 * Gives committed events their positions and announces them, for as long as the process lives. Any number of processes
 * may run it; one works at a time.
 */
export function startRelay(deps: Deps): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  let hasFailed = false

  const turn = async (): Promise<void> => {
    try {
      while ((await relayEvents(deps)) === batchSize);
      hasFailed = false
    } catch (error) {
      // Logged once per outage; the events wait in their table.
      if (!hasFailed) deps.log.warn({ cause: describeCause(error) }, 'events wait: they cannot be relayed')
      hasFailed = true
    }
    if (!stopping.signal.aborted) schedule()
  }
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = turn()
    }, everyMs)
  }
  schedule()
  return {
    stop: async () => {
      stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}

/** Moves a batch from the outbox to the log and queues its webhook deliveries; gives the number of events. */
async function relayEvents({ pool, jobs, eventStream, log }: Deps): Promise<number> {
  // Usually there is nothing to do, which this cheap statement finds out.
  const { rowCount } = await pool.query('select from event_outbox limit 1')
  if (rowCount === 0) return 0
  const entries = await transaction(pool, async (tx): Promise<StreamEntry[]> => {
    const lock = await tx.execute<{ free: boolean }>(
      sql`select pg_try_advisory_xact_lock(hashtext('postern-relay')) as free`,
    )
    if (!lock.rows[0]?.free) return []
    const { rows } = await tx.execute<{ event_id: string; user_id: string }>(sql`
      delete from ${eventOutbox} where event_id in (
        select event_id from ${eventOutbox} order by created_at, event_id limit ${batchSize})
      returning event_id, user_id, created_at`)
    if (rows.length === 0) return []
    const moved = rows.map(({ event_id: eventId, user_id: userId }) => ({ eventId, userId }))
    await tx.insert(eventLog).values(moved.toSorted(byId)).onConflictDoNothing()
    const posted = await tx.select({ id: webhooks.id }).from(webhooks)
    for (const { id: webhookId } of posted)
      for (const { eventId, userId } of moved)
        await jobs.enqueue(tx, 'deliver-webhook', { webhookId, eventId }, 0, userId)
    return moved
  })
  if (entries.length === 0) return 0
  // A failure is harmless, as listeners look into the log now and then anyway.
  await eventStream.announce(entries).catch((error: unknown) => {
    log.debug({ cause: describeCause(error) }, 'the event stream did not take what was relayed')
  })
  return entries.length
}

/** Ids are UUIDs of version 7, which sort by their time. */
const byId = (a: StreamEntry, b: StreamEntry): number => (a.eventId < b.eventId ? -1 : 1)
