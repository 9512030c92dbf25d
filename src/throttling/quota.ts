import type { Config } from '../config/config.ts'
import type { Fault } from '../errors/fault.ts'
import type { RateCounter } from '../ports/rate-counter.ts'

type Quota = {
  readonly key: string
  readonly quota: number
  readonly windowSeconds: number
  /** For developers. */
  readonly details: string
}

/** What `countEvent` needs. */
export type Counting = {
  readonly config: Pick<Config, 'rateLimits'>
  readonly sharedCounter: RateCounter
  readonly fault: Fault<'rate_limit:exceeded'>
}

/** Out of reach for any client, and small enough for PostgreSQL's integer. */
const mostOfAnything = 1_000_000_000

/** Multiplies a limit by RATE_LIMITS; gives at least 1. */
export const scaled = (rateLimits: Exclude<Config['rateLimits'], 'off'>, quota: number): number =>
  Math.min(mostOfAnything, Math.max(1, Math.round(quota * rateLimits)))

/** Counts one event across replicas; refuses it beyond the quota. */
export async function countEvent(ctx: Counting, { key, quota, windowSeconds, details }: Quota): Promise<void> {
  const { rateLimits } = ctx.config
  if (rateLimits === 'off') return
  const [tally] = await ctx.sharedCounter.hit([{ key, windowSeconds }])
  if (tally === undefined || tally.count <= scaled(rateLimits, quota)) return
  throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds: tally.resetsInSeconds, details })
}
