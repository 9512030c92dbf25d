import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import type { Database } from '../db/client.ts'
import { postgresEventStream } from './event-stream.postgres.ts'
import { redisEventStream } from './event-stream.redis.ts'
import type { EventStream } from './event-stream.ts'
import { redisPrefix } from './redis.ts'

type Options = {
  readonly config: Config
  readonly db: Database
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** On Redis where it is configured, else on PostgreSQL; API and workers must agree. */
export const openEventStream = ({ config: { redisUrl }, db, directUrl, log }: Options): EventStream =>
  redisUrl === undefined
    ? postgresEventStream({ db, directUrl, log })
    : redisEventStream({ url: redisUrl, prefix: redisPrefix, log })
