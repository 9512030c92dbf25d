import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import { postgresBroadcast } from './broadcast.postgres.ts'
import { redisBroadcast } from './broadcast.redis.ts'
import type { Broadcast } from './broadcast.ts'
import { redisPrefix } from './redis.ts'

type Options = {
  readonly config: Config
  readonly db: Database
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** On Redis if it is configured, else on PostgreSQL. API, workers and the operator's commands must use the same. */
export const openBroadcast = (
  name: 'changes' | 'events',
  { config: { redisUrl }, db, directUrl, log }: Options,
): Broadcast =>
  redisUrl === undefined
    ? postgresBroadcast({ db, directUrl, channel: `postern_${name}`, log })
    : redisBroadcast({ url: redisUrl, key: `${redisPrefix}{${name}}`, log })
