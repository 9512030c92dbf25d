import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'
import { within } from '../within.ts'
import { connectOnce, openRedis } from './redis.ts'
import type { SessionCache } from './session-cache.ts'

type Options = { readonly url: string; readonly prefix: string; readonly log: FastifyBaseLogger }

/** For which Redis may say nothing while it is asked; PostgreSQL is asked then. */
const deadlineMs = 200
/** Of values on their way to Redis: what is beyond is not stored. */
const mostStoring = 1000

export function redisSessionCache({ url, prefix, log }: Options): SessionCache {
  const client = openRedis(url, {
    commandTimeout: undefined,
    // What is asked in the same turn of the event loop goes out in one write.
    enableAutoPipelining: true,
  })
  client.on('error', (error) => log.debug({ cause: describeCause(error) }, 'the connection to the session cache'))
  void connectOnce(client)
  let storing = 0
  // One key a command: in a Cluster each session is wherever its key falls.
  const keyOf = (key: string): string => `${prefix}:session:${key}`
  return {
    find: async (key) => {
      if (client.status !== 'ready') return undefined
      try {
        return (await within(deadlineMs, client.getBuffer(keyOf(key)))) ?? undefined
      } catch (error) {
        log.debug({ cause: describeCause(error) }, 'the session cache did not answer')
        return undefined
      }
    },
    store: (key, value, ttlMs) => {
      if (client.status !== 'ready' || storing >= mostStoring) return
      storing += 1
      client
        .set(keyOf(key), value, 'PX', ttlMs)
        .catch((error: unknown) => log.debug({ cause: describeCause(error) }, 'a session could not be cached'))
        .finally(() => {
          storing -= 1
        })
    },
    close: () => client.disconnect(),
  }
}
