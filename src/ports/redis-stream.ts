import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'
import { within } from '../within.ts'
import { connectOnce, openRedis, redisDeadlineMs } from './redis.ts'

type Fields = Readonly<Record<string, string>>

/** A Redis Stream that every process reads to its end: one key, so one order, also in a Cluster. */
export type RedisStream = {
  /** Settles once Redis has it, or rejects within the deadline of a command. */
  add(fields: Fields): Promise<void>
  /** Hears every entry from now on; settles once nothing more can be missed. */
  read(hear: (fields: Fields) => void): Promise<void>
  close(): void
}

type Options = { readonly url: string; readonly key: string; readonly log: FastifyBaseLogger }

/** Those that fall off the end were heard long ago. */
const mostEntries = 10_000
const blockMs = 5000
const tryAgainAfterMs = 500

export function openRedisStream({ url, key, log }: Options): RedisStream {
  const closing = new AbortController()
  const connect = (options?: Parameters<typeof openRedis>[1]) => {
    const client = openRedis(url, options)
    client.on('error', (error) =>
      log.debug({ cause: describeCause(error), key }, 'the connection to a stream of Redis'),
    )
    return { client, connected: connectOnce(client) }
  }
  let writer: ReturnType<typeof connect> | undefined
  let reader: ReturnType<typeof openRedis> | undefined

  async function add(fields: Fields): Promise<void> {
    writer ??= connect()
    await writer.connected
    if (writer.client.status !== 'ready') throw new Error(`the connection is ${writer.client.status}`)
    await writer.client.xadd(key, 'MAXLEN', '~', mostEntries, '*', ...Object.entries(fields).flat())
  }

  async function read(hear: (fields: Fields) => void, isReading: () => void): Promise<void> {
    // Waits on its own connection, as nothing else gets through meanwhile.
    const { client, connected } = connect({ commandTimeout: blockMs * 2, socketTimeout: blockMs * 2 })
    reader = client
    await connected
    let last: string | undefined
    while (!closing.signal.aborted) {
      try {
        last ??= (await client.xrevrange(key, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0'
        isReading()
        const found = await client.xread('COUNT', 1000, 'BLOCK', blockMs, 'STREAMS', key, last)
        for (const [id, fields] of found?.[0]?.[1] ?? []) {
          last = id
          hear(toFields(fields))
        }
      } catch (error) {
        log.debug({ cause: describeCause(error), key }, 'a stream of Redis cannot be read')
        await sleep(tryAgainAfterMs, undefined, { ref: false })
      }
    }
  }

  return {
    add: (fields) => within(redisDeadlineMs, add(fields)),
    read: (hear) => new Promise((resolve) => void read(hear, resolve)),
    close: () => {
      closing.abort()
      writer?.client.disconnect()
      reader?.disconnect()
    },
  }
}

/** Redis gives names and values in turn. */
function toFields(flat: readonly string[]): Fields {
  const fields: Record<string, string> = {}
  for (let index = 0; index + 1 < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? ''
  return fields
}
