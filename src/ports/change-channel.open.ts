import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import type { Database } from '../db/client.ts'
import { postgresChangeChannel } from './change-channel.postgres.ts'
import { redisChangeChannel } from './change-channel.redis.ts'
import type { ChangeChannel } from './change-channel.ts'
import { redisPrefix } from './redis.ts'

type Options = {
  readonly config: Config
  readonly db: Database
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** On Redis where it is configured, else on PostgreSQL; every process, the operator's commands as well, must agree. */
export const openChangeChannel = ({ config: { redisUrl }, db, directUrl, log }: Options): ChangeChannel =>
  redisUrl === undefined
    ? postgresChangeChannel({ db, directUrl, log })
    : redisChangeChannel({ url: redisUrl, prefix: redisPrefix, log })
