import type { FastifyBaseLogger } from 'fastify'
import type pg from 'pg'
import type { Config } from '../config/config.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { type Database, openDatabase } from '../db/database.ts'
import type { DatabaseUrls } from '../db/urls.ts'
import { describeCause } from '../errors/cause.ts'
import { openBroadcast } from '../ports/broadcast.open.ts'
import { redisPrefix } from '../ports/redis.ts'
import { redisSessionCache } from '../ports/session-cache.redis.ts'
import { type CachedSessions, cacheSessions } from './cached.ts'
import { type LastSeen, startLastSeen } from './last-seen.ts'
import { type RememberedSessions, rememberSessions } from './remembered.ts'
import { openReplicas, type Replicas } from './replicas.ts'

/**
 * The lease does not use the connections of requests, whose queue is longest when memory must not answer: a lease that
 * waited there would be over before it began.
 */
const connectionsOfLease = 2

/** Where a session check looks: in this process's memory, in the shared cache, in PostgreSQL. */
export type SessionSources = {
  readonly pool: pg.Pool
  readonly lastSeen: LastSeen
  readonly replicas: Replicas
  readonly remembered: RememberedSessions
  readonly cached: CachedSessions | undefined
}

type Options = {
  readonly config: Config
  readonly db: Database
  readonly pool: pg.Pool
  readonly keyring: Keyring
  readonly urls: DatabaseUrls
  readonly log: FastifyBaseLogger
  /** What must be closed is added to this stack. */
  readonly opened: AsyncDisposableStack
}

export function openSessionSources({ config, db, pool, keyring, urls, log, opened }: Options): SessionSources {
  const { redisUrl, sessionMemoryMib, sessionIdleTtlSeconds: idleTtlSeconds } = config
  const lastSeen = startLastSeen({ db, idleTtlSeconds, log })
  opened.defer(lastSeen.close)
  const remembered = rememberSessions({ mostMib: sessionMemoryMib })
  const cache = redisUrl === undefined ? undefined : redisSessionCache({ url: redisUrl, prefix: redisPrefix, log })
  if (cache) opened.defer(() => cache.close())
  const cached = cache && cacheSessions({ cache, keyring, log })
  const remembers = sessionMemoryMib > 0 || cached !== undefined
  const own = openDatabase({
    url: urls.main,
    poolSize: connectionsOfLease,
    timeoutMs: config.databaseTimeoutMs,
    onIdleError: (error) => log.warn({ cause: describeCause(error) }, 'a connection to PostgreSQL was lost'),
  })
  opened.defer(own.close)
  const channel = openBroadcast('changes', { config, db: own.db, directUrl: urls.direct, log })
  const replicas = openReplicas({ db: own.db, channel, log, memory: remembers ? remembered : undefined })
  opened.defer(replicas.close)
  return { pool, lastSeen, replicas, remembered, cached }
}
