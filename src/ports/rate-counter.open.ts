import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import { postgresRateCounter } from './rate-counter.postgres.ts'
import { redisRateCounter } from './rate-counter.redis.ts'
import type { RateCounter } from './rate-counter.ts'
import { redisPrefix } from './redis.ts'

type Options = {
  readonly config: Config
  readonly db: Database
  readonly log: FastifyBaseLogger
  /** Counts while Redis is away. */
  readonly fallback: RateCounter
}

/** The counter that all processes share: in Redis if it is configured, else in PostgreSQL. */
export function openSharedCounter({ config, db, log, fallback }: Options): RateCounter & { ping?(): Promise<void> } {
  if (config.redisUrl === undefined) return postgresRateCounter(db)
  return redisRateCounter({ url: config.redisUrl, prefix: redisPrefix, fallback, log })
}
