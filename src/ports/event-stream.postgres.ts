import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import pg from 'pg'
import type { Database } from '../db/client.ts'
import { describeCause } from '../errors/cause.ts'
import type { EventStream, StreamEntry } from './event-stream.ts'

const channel = 'postern_events'
const deadlineMs = 5000
const reconnectAfterMs = 1000

type Options = {
  readonly db: Database
  /** Without a pooler: it listens. */
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** PostgreSQL's notifications: delivered at the commit, or not at all. */
export function postgresEventStream({ db, directUrl, log }: Options): EventStream {
  const closing = new AbortController()
  const opened = new Set<pg.Client>()

  async function listen(hear: (userId: string) => void): Promise<void> {
    if (closing.signal.aborted) return
    const client = new pg.Client({
      connectionString: directUrl,
      application_name: 'postern-events',
      connectionTimeoutMillis: deadlineMs,
      query_timeout: deadlineMs,
      keepAlive: true,
    })
    opened.add(client)
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    client.on('error', (error) => log.warn({ cause: describeCause(error) }, 'the event stream was cut'))
    client.on('notification', ({ payload = '' }) => hear(payload))
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      await ended
    } catch (error) {
      log.warn({ cause: describeCause(error) }, 'the event stream cannot be heard')
      await client.end()
    }
    opened.delete(client)
    if (!closing.signal.aborted) setTimeout(() => void listen(hear), reconnectAfterMs).unref()
  }

  const notify = ({ userId }: StreamEntry) => sql`select pg_notify(${channel}, ${userId})`
  return {
    publish: async (tx, entry) => {
      await tx.execute(notify(entry))
    },
    announce: async (entries) => {
      const users = [...new Set(entries.map(({ userId }) => userId))]
      await db.execute(sql`select pg_notify(${channel}, one) from unnest(${sql.param(users)}::text[]) as one`)
    },
    subscribe: (hear) => void listen(hear),
    close: async () => {
      closing.abort()
      await Promise.all([...opened].map((client) => client.end()))
    },
  }
}
