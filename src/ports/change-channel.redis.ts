import type { FastifyBaseLogger } from 'fastify'
import type { ChangeChannel } from './change-channel.ts'
import { openRedisStream } from './redis-stream.ts'

type Options = { readonly url: string; readonly prefix: string; readonly log: FastifyBaseLogger }

export function redisChangeChannel({ url, prefix, log }: Options): ChangeChannel {
  const stream = openRedisStream({ url, key: `${prefix}{changes}`, log })
  return {
    send: (message) => stream.add({ message }),
    subscribe: (hear) => stream.read(({ message = '' }) => hear(message)),
    close: async () => stream.close(),
  }
}
