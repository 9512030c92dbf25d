import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'
import { within } from '../waiting/within.ts'
import { type Broadcast, BroadcastError } from './broadcast.ts'
import { connectOnce, openRedis, redisDeadlineMs } from './redis.ts'

type Options = { readonly url: string; readonly key: string; readonly log: FastifyBaseLogger }

/** The stream's approximate length: by the time an entry is trimmed, every process has read it. */
const mostEntries = 10_000
const blockMs = 5000
const tryAgainAfterMs = 500

/** A Redis Stream that every process reads. All messages have one key, so they have one order, also in a Cluster. */
export function redisBroadcast({ url, key, log }: Options): Broadcast {
  const closing = new AbortController()
  const connect = (options?: Parameters<typeof openRedis>[1]) => {
    const client = openRedis(url, options)
    client.on('error', (error) =>
      log.debug({ cause: describeCause(error), key }, 'the connection to a stream of Redis'),
    )
    return { client, connected: connectOnce(client) }
  }
  const writer = connect()
  let reader: ReturnType<typeof openRedis> | undefined

  async function add(message: string): Promise<void> {
    await writer.connected
    if (writer.client.status !== 'ready') throw new Error(`the connection is ${writer.client.status}`)
    await writer.client.xadd(key, 'MAXLEN', '~', mostEntries, '*', 'message', message)
  }

  async function read(hear: (message: string) => void, isHeard: () => void): Promise<void> {
    // A connection of its own: while XREAD blocks, nothing else gets through.
    const { client, connected } = connect({ commandTimeout: blockMs * 2, socketTimeout: blockMs * 2 })
    reader = client
    await connected
    let last: string | undefined
    while (!closing.signal.aborted) {
      try {
        last ??= (await client.xrevrange(key, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0'
        isHeard()
        const found = await client.xread('COUNT', 1000, 'BLOCK', blockMs, 'STREAMS', key, last)
        for (const [id, [, message = '']] of found?.[0]?.[1] ?? []) {
          last = id
          hear(message)
        }
      } catch (error) {
        log.debug({ cause: describeCause(error), key }, 'a stream of Redis cannot be read')
        await sleep(tryAgainAfterMs, undefined, { ref: false })
      }
    }
  }

  return {
    send: async (messages) => {
      await within(redisDeadlineMs, Promise.all(messages.map(add))).catch((cause: unknown) => {
        throw new BroadcastError('Redis did not take the messages', { cause })
      })
    },
    subscribe: (hear) => new Promise((resolve) => void read(hear, resolve)),
    close: async () => {
      closing.abort()
      writer.client.disconnect()
      reader?.disconnect()
    },
  }
}
