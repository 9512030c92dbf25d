import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../db/client.ts'
import type { EventStream, StreamEntry } from './event-stream.ts'
import { type Listener, openListener } from './postgres-listener.ts'

const channel = 'postern_events'

type Options = {
  readonly db: Database
  /** Without a pooler: it listens. */
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** PostgreSQL's notifications: delivered at the commit, or not at all. */
export function postgresEventStream({ db, directUrl, log }: Options): EventStream {
  const listeners: Listener[] = []
  const notify = ({ userId }: StreamEntry) => sql`select pg_notify(${channel}, ${userId})`
  return {
    publish: async (tx, entry) => {
      await tx.execute(notify(entry))
    },
    announce: async (entries) => {
      const users = [...new Set(entries.map(({ userId }) => userId))]
      await db.execute(sql`select pg_notify(${channel}, one) from unnest(${sql.param(users)}::text[]) as one`)
    },
    subscribe: (hear) => void listeners.push(openListener({ directUrl, channel, hear, log })),
    close: async () => {
      await Promise.all(listeners.map((listener) => listener.close()))
    },
  }
}
