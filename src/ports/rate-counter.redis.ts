import type { Result } from 'ioredis'
import { describeCause } from '../errors/cause.ts'
import { within } from '../waiting/within.ts'
import type { RateCounter, Tally, Window } from './rate-counter.ts'
import { connectOnce, openRedis, redisDeadlineMs } from './redis.ts'
import { tryRedis } from './redis-rights.ts'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    countEvent(
      key: string,
      windowMs: number,
      cost: number,
      most: number,
    ): Result<[count: number, leftMs: number], Context>
  }
}

type Log = {
  warn(details: object, message: string): void
  info(details: object, message: string): void
}

type Options = {
  /** redis://, rediss:// or redis+cluster://host:port,host:port */
  readonly url: string
  /** The prefix of every key. */
  readonly prefix: string
  /** Counts while Redis is away. */
  readonly fallback: RateCounter
  readonly log?: Log | undefined
}

/** While Redis is away, one hit in this time tries it again; the others do not wait. */
const retryEveryMs = 500

/** Sets the expiry in the same step as the first event: a counter without one would never reset. */
const lua = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local cost, most = tonumber(ARGV[2]), tonumber(ARGV[3])
if count + cost > most + 1 then cost = math.max(most + 1 - count, 0) end
count = redis.call('INCRBY', KEYS[1], cost)
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return { count, left }`
const scripts = { countEvent: { lua, numberOfKeys: 1 } }

type RedisRateCounter = RateCounter & {
  /** Rejects while Redis is away, or refuses a command that is needed. */
  ping(): Promise<void>
}

/** Counts across replicas. A hit never throws and never waits long: a lost or slow Redis must not stop a sign-in. */
export function redisRateCounter({ url, prefix, fallback, log }: Options): RedisRateCounter {
  const client = openRedis(url, { scripts })
  const outage = watchOutage(log)
  client.on('error', outage.blame)
  const connected = connectOnce(client)

  const count = async (windows: readonly Window[]): Promise<readonly Tally[]> => {
    await connected
    if (client.status !== 'ready') throw new Error(`the connection is ${client.status}`)
    // One command for each key, written together: a Cluster refuses a script or pipeline with keys on several nodes.
    const counted = await Promise.all(
      windows.map(({ key, windowSeconds, cost = 1, most = Number.MAX_SAFE_INTEGER }) =>
        client.countEvent(`${prefix}{${key}}`, Math.ceil(windowSeconds * 1000), cost, most),
      ),
    )
    return counted.map(([events, leftMs]) => ({ count: events, resetsInSeconds: leftMs / 1000 }))
  }

  const hit = async (windows: readonly Window[]): Promise<readonly Tally[]> => {
    if (!outage.mayTry()) return fallback.hit(windows)
    try {
      const tallies = await within(redisDeadlineMs, count(windows))
      outage.end()
      return tallies
    } catch (error) {
      outage.begin(error)
      return fallback.hit(windows)
    }
  }
  return {
    hit,
    ping: async () => {
      await within(redisDeadlineMs, tryRedis(client))
    },
    close: async () => client.disconnect(),
  }
}

/** Tracks whether Redis is away, and logs it once. */
function watchOutage(log: Log | undefined) {
  let retryAt: number | undefined
  let cause: unknown
  return {
    /** The connection's own error says more than that of the command that failed because of it. */
    blame: (error: Error): void => {
      // A Cluster's own error only says that every node failed.
      cause = 'lastNodeError' in error ? error.lastNodeError : error
    },
    mayTry: (): boolean => {
      if (retryAt === undefined) return true
      if (performance.now() < retryAt) return false
      retryAt = performance.now() + retryEveryMs
      return true
    },
    begin: (error: unknown): void => {
      const isNew = retryAt === undefined
      retryAt = performance.now() + retryEveryMs
      if (isNew) log?.warn({ cause: describeCause(cause ?? error) }, 'Redis is lost: rate limits are counted in memory')
    },
    end: (): void => {
      cause = undefined
      if (retryAt === undefined) return
      retryAt = undefined
      log?.info({}, 'Redis is back: rate limits are counted there again')
    },
  }
}
