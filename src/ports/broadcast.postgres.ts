import { Socket } from 'node:net'
import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import pg from 'pg'
import type { Database } from '../db/database.ts'
import { describeCause } from '../errors/cause.ts'
import { within } from '../waiting/within.ts'
import type { Broadcast } from './broadcast.ts'

const deadlineMs = 5000
const reconnectAfterMs = 1000
/** A connection that only listens would notice only after hours that the other end has vanished. */
const beatEveryMs = 2000

type Options = {
  readonly db: Database
  /** Must lead to PostgreSQL without a pooler: LISTEN needs a connection of its own. */
  readonly directUrl: string
  readonly channel: string
  readonly log: FastifyBaseLogger
}

type Hearing = { readonly isHeard: Promise<void>; close(): Promise<void> }

/** PostgreSQL's notifications: delivered when the transaction commits, in the order of the commits. */
export function postgresBroadcast({ db, ...heard }: Options): Broadcast {
  let hearing: Hearing | undefined
  return {
    send: async (messages, tx) => {
      const on: Database = tx ?? db
      await on.execute(sql`select pg_notify(${heard.channel}, one) from unnest(${sql.param(messages)}::text[]) as one`)
    },
    subscribe: (hear) => {
      hearing = keepHearing({ ...heard, hear })
      return hearing.isHeard
    },
    close: async () => hearing?.close(),
  }
}

/** Listens on a connection of its own, and connects again after it was cut or fell silent. */
function keepHearing({
  directUrl,
  channel,
  log,
  hear,
}: Omit<Options, 'db'> & { readonly hear: (message: string) => void }): Hearing {
  const heard = Promise.withResolvers<void>()
  let isClosed = false
  let current: { readonly client: pg.Client; readonly socket: Socket } | undefined

  async function listen(): Promise<void> {
    if (isClosed) return
    const socket = new Socket()
    const client = new pg.Client({
      connectionString: directUrl,
      application_name: channel,
      connectionTimeoutMillis: deadlineMs,
      query_timeout: beatEveryMs,
      // A socket of our own can be destroyed; `client.end()` waits for the other side.
      stream: () => socket,
    })
    current = { client, socket }
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    client.on('error', (error) => log.warn({ cause: describeCause(error), channel }, 'a channel of PostgreSQL was cut'))
    client.on('notification', ({ payload = '' }) => hear(payload))
    let beat: NodeJS.Timeout | undefined
    // The next beat waits for the answer: a connection runs one statement at a time.
    const keepBeating = () => {
      const again = () => client.query('select 1').then(keepBeating, () => socket.destroy())
      beat = setTimeout(again, beatEveryMs).unref()
    }
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      keepBeating()
      heard.resolve()
      await ended
    } catch (error) {
      log.warn({ cause: describeCause(error), channel }, 'a channel of PostgreSQL cannot be heard')
      socket.destroy()
    }
    clearTimeout(beat)
    if (!isClosed) setTimeout(() => void listen(), reconnectAfterMs).unref()
  }
  void listen()

  return {
    isHeard: heard.promise,
    close: async () => {
      isClosed = true
      if (current === undefined) return
      const { client, socket } = current
      await within(beatEveryMs, client.end()).catch(() => socket.destroy())
    },
  }
}
