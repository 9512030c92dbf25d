import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { Cluster, type Redis } from 'ioredis'
import { describeCause } from '../errors/cause.ts'
import { within } from '../waiting/within.ts'
import { connectOnce, openRedis } from './redis.ts'
import type { SessionCache } from './session-cache.ts'

type Options = { readonly url: string; readonly prefix: string; readonly log: FastifyBaseLogger }

/** Redis has this time to answer; then PostgreSQL is asked. */
const deadlineMs = 200
/** How many values may be on their way to Redis; further ones are not stored. */
const mostStoring = 1000

export function redisSessionCache({ url, prefix, log }: Options): SessionCache {
  const client = openRedis(url, { commandTimeout: undefined })
  client.on('error', (error) => log.debug({ cause: describeCause(error) }, 'the connection to the session cache'))
  void connectOnce(client)
  const get = client instanceof Cluster ? getOneByOne(client) : getTogether(client)
  let storing = 0
  const keyOf = (key: string): string => `${prefix}:session:${key}`
  return {
    find: async (key) => {
      if (client.status !== 'ready') return undefined
      try {
        return (await get(keyOf(key))) ?? undefined
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

type Get = (key: string) => Promise<Buffer | null | undefined>

/** In a Cluster the keys are on several nodes, and a slow node must only delay its own. */
const getOneByOne =
  (client: Cluster): Get =>
  (key) =>
    within(deadlineMs, client.getBuffer(key))

/**
 * Keys asked for in the same turn of the event loop go out as one MGET with one deadline: a command costs as much as
 * opening the value that it brings.
 */
function getTogether(client: Redis): Get {
  let asking: { readonly keys: string[]; readonly values: Promise<readonly (Buffer | null)[]> } | undefined
  function ask() {
    const keys: string[] = []
    const values = nextTurn().then(() => {
      asking = undefined
      return within(deadlineMs, client.mgetBuffer(keys))
    })
    return { keys, values }
  }
  return (key) => {
    asking ??= ask()
    const { keys, values } = asking
    const index = keys.push(key) - 1
    return values.then((found) => found[index])
  }
}
