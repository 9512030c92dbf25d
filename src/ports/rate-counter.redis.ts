import { Cluster, Redis, type Result } from 'ioredis'
import { describeCause } from '../errors/cause.ts'
import { within } from '../within.ts'
import type { RateCounter, Tally, Window } from './rate-counter.ts'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    countEvent(key: string, windowMs: number): Result<[count: number, leftMs: number], Context>
  }
}

type Log = {
  warn(details: object, message: string): void
  info(details: object, message: string): void
}

type Options = {
  /** redis://, rediss:// or redis+cluster://host:port,host:port */
  readonly url: string
  /** Goes before every key. */
  readonly prefix: string
  /** Counts while Redis is away. */
  readonly fallback: RateCounter
  readonly log?: Log | undefined
}

const deadlineMs = 300
/** While Redis is away one hit in this time tries it again; the others do not wait. */
const retryEveryMs = 500

/** The expiry is set in the same step as the first event: a counter without one would never reset. */
const lua = `
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return { count, left }`

type RedisRateCounter = RateCounter & {
  /** Rejects while Redis is away. */
  ping(): Promise<void>
}

/** Counts across replicas. A hit never throws and never waits long: a Redis that is lost or slow must not stop a sign-in. */
export function redisRateCounter({ url, prefix, fallback, log }: Options): RedisRateCounter {
  const client = openClient(url)
  const outage = watchOutage(log)
  client.on('error', outage.blame)
  // A Cluster that is lost between its slots and its ready check never settles connect().
  const connected = new Promise<void>((resolve) => {
    client.once('ready', resolve)
    client.connect().then(resolve, () => resolve())
  })

  const count = async (windows: readonly Window[]): Promise<readonly Tally[]> => {
    await connected
    if (client.status !== 'ready') throw new Error(`the connection is ${client.status}`)
    // One command a key, written together: Cluster refuses a script or pipeline whose keys lie on several nodes.
    const counted = await Promise.all(
      windows.map(({ key, windowSeconds }) => client.countEvent(`${prefix}{${key}}`, Math.ceil(windowSeconds * 1000))),
    )
    return counted.map(([events, leftMs]) => ({ count: events, resetsInSeconds: leftMs / 1000 }))
  }

  const hit = async (windows: readonly Window[]): Promise<readonly Tally[]> => {
    if (!outage.mayTry()) return fallback.hit(windows)
    try {
      const tallies = await within(deadlineMs, count(windows))
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
      await within(deadlineMs, client.ping())
    },
    close: async () => client.disconnect(),
  }
}

/** Knows whether Redis is away, and says so once. */
function watchOutage(log: Log | undefined) {
  let retryAt: number | undefined
  let cause: unknown
  return {
    /** What the connection itself reported says more than the command that failed for it. */
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

const reconnectDelayMs = (attempt: number): number => Math.min(50 * 2 ** attempt, 1000)

const connectionOptions = {
  maxRetriesPerRequest: 1,
  commandTimeout: deadlineMs,
  connectTimeout: 1000,
  // A server that is gone without a word leaves a socket that looks alive.
  socketTimeout: 1000,
  // An event whose reply was lost is counted in memory; once is enough.
  autoResendUnfulfilledCommands: false,
}
const scripts = { countEvent: { lua, numberOfKeys: 1 } }

const clusterScheme = 'redis+cluster://'

function openClient(url: string): Redis | Cluster {
  if (url.startsWith(clusterScheme)) return openCluster(url.slice(clusterScheme.length))
  return new Redis(url, {
    ...connectionOptions,
    scripts,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: reconnectDelayMs,
  })
}

function openCluster(rest: string): Cluster {
  const at = rest.lastIndexOf('@') + 1
  const hosts = rest.slice(at).split(',')
  const nodes = hosts.map((host) => new URL(`redis://${rest.slice(0, at)}${host}`))
  const { username = '', password = '' } = nodes[0] ?? {}
  const credentials = password && { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  return new Cluster(
    nodes.map(({ hostname, port }) => ({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) })),
    {
      scripts,
      lazyConnect: true,
      clusterRetryStrategy: reconnectDelayMs,
      maxRedirections: 3,
      redisOptions: { ...connectionOptions, ...credentials },
    },
  )
}
