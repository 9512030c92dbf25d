import type { FastifyBaseLogger } from 'fastify'
import pg from 'pg'
import { describeCause } from '../errors/cause.ts'

const deadlineMs = 5000
const reconnectAfterMs = 1000

export type Listener = {
  /** Listens for the first time. */
  readonly listening: Promise<void>
  close(): Promise<void>
}

type Options = {
  /** Without a pooler: it listens. */
  readonly directUrl: string
  readonly channel: string
  readonly hear: (payload: string) => void
  readonly log: FastifyBaseLogger
}

/** Hears PostgreSQL's notifications on a connection of its own, and again after it was cut; what came meanwhile is lost. */
export function openListener({ directUrl, channel, hear, log }: Options): Listener {
  const { promise: listening, resolve: isListening } = Promise.withResolvers<void>()
  let isClosed = false
  let current: pg.Client | undefined

  async function listen(): Promise<void> {
    if (isClosed) return
    const client = new pg.Client({
      connectionString: directUrl,
      application_name: channel,
      connectionTimeoutMillis: deadlineMs,
      query_timeout: deadlineMs,
      keepAlive: true,
    })
    current = client
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    client.on('error', (error) => log.warn({ cause: describeCause(error), channel }, 'a channel of PostgreSQL was cut'))
    client.on('notification', ({ payload = '' }) => hear(payload))
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      isListening()
      await ended
    } catch (error) {
      log.warn({ cause: describeCause(error), channel }, 'a channel of PostgreSQL cannot be heard')
      await client.end()
    }
    if (!isClosed) setTimeout(() => void listen(), reconnectAfterMs).unref()
  }
  void listen()

  return {
    listening,
    close: async () => {
      isClosed = true
      await current?.end()
    },
  }
}
