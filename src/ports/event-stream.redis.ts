import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'
import { within } from '../within.ts'
import { type EventStream, EventStreamError, type StreamEntry } from './event-stream.ts'
import { connectOnce, openRedis, redisDeadlineMs } from './redis.ts'

type Options = {
  readonly url: string
  /** Goes before the key. */
  readonly prefix: string
  readonly log: FastifyBaseLogger
}

/** Entries are only a sign to look into PostgreSQL: those that fall off the end were heard long ago. */
const mostEntries = 10_000
const blockMs = 5000
const tryAgainAfterMs = 500

/** A Redis Stream that every API process reads to its end. */
export function redisEventStream({ url, prefix, log }: Options): EventStream {
  const key = `${prefix}{events}`
  const writer = openRedis(url)
  writer.on('error', (error) => log.debug({ cause: describeCause(error) }, 'the connection to the event stream'))
  const connected = connectOnce(writer)
  const closing = new AbortController()
  let reader: ReturnType<typeof openRedis> | undefined

  const add = async ({ eventId, userId }: StreamEntry): Promise<void> => {
    await connected
    if (writer.status !== 'ready') throw new Error(`the connection is ${writer.status}`)
    await writer.xadd(key, 'MAXLEN', '~', mostEntries, '*', 'event', eventId, 'user', userId)
  }

  async function read(hear: (userId: string) => void): Promise<void> {
    // Waits on its own connection, as nothing else gets through meanwhile.
    const client = openRedis(url, { commandTimeout: blockMs * 2, socketTimeout: blockMs * 2 })
    reader = client
    client.on('error', (error) => log.debug({ cause: describeCause(error) }, 'the connection to the event stream'))
    await connectOnce(client)
    let last = '$'
    while (!closing.signal.aborted) {
      try {
        const found = await client.xread('COUNT', 1000, 'BLOCK', blockMs, 'STREAMS', key, last)
        for (const [id, fields] of found?.[0]?.[1] ?? []) {
          last = id
          hear(fields[fields.indexOf('user') + 1] ?? '')
        }
      } catch {
        // Whoever listens asks PostgreSQL now and then: nothing is lost meanwhile, it only comes later.
        await sleep(tryAgainAfterMs, undefined, { ref: false })
      }
    }
  }

  return {
    publish: async (_tx, entry) => {
      await within(redisDeadlineMs, add(entry)).catch((cause: unknown) => {
        throw new EventStreamError('Redis did not take the event', { cause })
      })
    },
    announce: async (entries) => {
      await within(redisDeadlineMs, Promise.all(entries.map(add)))
    },
    subscribe: (hear) => void read(hear),
    close: async () => {
      closing.abort()
      writer.disconnect()
      reader?.disconnect()
    },
  }
}
