import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../db/client.ts'
import type { ChangeChannel } from './change-channel.ts'
import { type Listener, openListener } from './postgres-listener.ts'

const channel = 'postern_changes'

type Options = {
  readonly db: Database
  /** Without a pooler: it listens. */
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** PostgreSQL's notifications: in the order of their commits. */
export function postgresChangeChannel({ db, directUrl, log }: Options): ChangeChannel {
  let listener: Listener | undefined
  return {
    send: async (message) => {
      await db.execute(sql`select pg_notify(${channel}, ${message})`)
    },
    subscribe: (hear) => {
      listener = openListener({ directUrl, channel, hear, log })
      return listener.listening
    },
    close: async () => listener?.close(),
  }
}
