import type { FastifyBaseLogger } from 'fastify'
import { type EventStream, EventStreamError, type StreamEntry } from './event-stream.ts'
import { openRedisStream } from './redis-stream.ts'

type Options = {
  readonly url: string
  /** Goes before the key. */
  readonly prefix: string
  readonly log: FastifyBaseLogger
}

/** Entries are only a sign to look into PostgreSQL: whoever listens asks it now and then, so one that is lost only comes later. */
export function redisEventStream({ url, prefix, log }: Options): EventStream {
  const stream = openRedisStream({ url, key: `${prefix}{events}`, log })
  const add = ({ eventId, userId }: StreamEntry) => stream.add({ event: eventId, user: userId })
  return {
    publish: async (_tx, entry) => {
      await add(entry).catch((cause: unknown) => {
        throw new EventStreamError('Redis did not take the event', { cause })
      })
    },
    announce: async (entries) => {
      await Promise.all(entries.map(add))
    },
    subscribe: (hear) => void stream.read(({ user = '' }) => hear(user)),
    close: async () => stream.close(),
  }
}
