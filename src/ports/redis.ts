import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'

/** The prefix of every key. */
export const redisPrefix = 'postern'

/** The deadline of one command. */
export const redisDeadlineMs = 300

const reconnectDelayMs = (attempt: number): number => Math.min(50 * 2 ** attempt, 1000)

const connectionOptions = {
  maxRetriesPerRequest: 1,
  commandTimeout: redisDeadlineMs,
  connectTimeout: 1000,
  // Without it, the socket to a server that vanished would look alive.
  socketTimeout: 1000,
  // After a lost reply it is unknown whether the command was carried out; it must not run twice.
  autoResendUnfulfilledCommands: false,
} satisfies RedisOptions

const clusterScheme = 'redis+cluster://'

type Connection = Omit<typeof connectionOptions, 'commandTimeout'> & {
  /** Undefined if callers have deadlines of their own. */
  readonly commandTimeout?: number | undefined
}
type Extra = { readonly scripts?: ClusterOptions['scripts'] } & Partial<Connection>

/** One server or a Cluster, as REDIS_URL says. Does not connect yet; reconnects by itself. */
export function openRedis(url: string, { scripts, ...extra }: Extra = {}): Redis | Cluster {
  const options = { ...connectionOptions, ...extra } as typeof connectionOptions
  const own = scripts === undefined ? {} : { scripts }
  if (url.startsWith(clusterScheme)) return openCluster(url.slice(clusterScheme.length), options, own)
  return new Redis(url, {
    ...options,
    ...own,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: reconnectDelayMs,
  })
}

function openCluster(rest: string, options: typeof connectionOptions, own: Pick<ClusterOptions, 'scripts'>): Cluster {
  const at = rest.lastIndexOf('@') + 1
  const hosts = rest.slice(at).split(',')
  const nodes = hosts.map((host) => new URL(`redis://${rest.slice(0, at)}${host}`))
  const { username = '', password = '' } = nodes[0] ?? {}
  const credentials = password && { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  return new Cluster(
    nodes.map(({ hostname, port }) => ({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) })),
    {
      ...own,
      lazyConnect: true,
      clusterRetryStrategy: reconnectDelayMs,
      maxRedirections: 3,
      redisOptions: { ...options, ...credentials },
    },
  )
}

/** Resolves at the first connection, or at the first failure to connect. */
export function connectOnce(client: Redis | Cluster): Promise<void> {
  // A Cluster that is lost between its slots and its ready check never settles connect().
  return new Promise((resolve) => {
    client.once('ready', resolve)
    client.connect().then(resolve, () => resolve())
  })
}
