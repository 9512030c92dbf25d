import type { Config } from '../config/config.ts'
import type { Fault } from '../errors/fault.ts'
import type { RateCounter } from '../ports/rate-counter.ts'

type Quota = {
  readonly key: string
  readonly quota: number
  readonly windowSeconds: number
  /** For a developer's eyes. */
  readonly details: string
}

/** What counting takes, and the right to refuse. */
export type Counting = {
  readonly config: Pick<Config, 'rateLimits'>
  readonly sharedCounter: RateCounter
  readonly fault: Fault<'rate_limit:exceeded'>
}

/** Nobody comes to it, and PostgreSQL can count one more. */
const mostOfAnything = 1_000_000_000

/** What RATE_LIMITS makes of a limit; never nothing. */
export const scaled = (rateLimits: Exclude<Config['rateLimits'], 'off'>, quota: number): number =>
  Math.min(mostOfAnything, Math.max(1, Math.round(quota * rateLimits)))

/** Counts one event across replicas, or refuses what goes beyond the quota. */
export async function countEvent(ctx: Counting, { key, quota, windowSeconds, details }: Quota): Promise<void> {
  const { rateLimits } = ctx.config
  if (rateLimits === 'off') return
  const [tally] = await ctx.sharedCounter.hit([{ key, windowSeconds }])
  if (tally === undefined || tally.count <= scaled(rateLimits, quota)) return
  throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds: tally.resetsInSeconds, details })
}
