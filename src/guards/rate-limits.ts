import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { faults } from '../errors/fault.ts'
import { networksOf } from '../http/client-address.ts'
import { type Guard, guard } from '../http/guard.ts'
import type { RateCounter, Tallies, Tally } from '../ports/rate-counter.ts'
import { scaled } from '../throttling/quota.ts'

/**
 * Requests of one client network. `shared` limits are counted across replicas, the others, for cheap work, in memory.
 */
export const limits = {
  'sign-up': { quota: 20, windowSeconds: 3600, shared: true },
  mail: { quota: 20, windowSeconds: 3600, shared: true },
  'sign-in': { quota: 60, windowSeconds: 60, shared: true },
  'look-up': { quota: 120, windowSeconds: 60, shared: false },
  authorize: { quota: 30, windowSeconds: 60, shared: true },
  pictures: { quota: 30, windowSeconds: 60, shared: true },
  default: { quota: 600, windowSeconds: 60, shared: false },
} as const

export type LimitName = keyof typeof limits

const fault = faults('rate_limit:exceeded')

/** An IPv6 customer has a /64 and may have a /48: the wider network gets ten times as much [RL2]. */
const wideFactor = 10

type Deps = { readonly config: Config; readonly sharedCounter: RateCounter; readonly localCounter: RateCounter }

/** Applies the network's limit, before anything costly and before validation [RL4]. */
export function rateLimitGuard(name: LimitName, { config, sharedCounter, localCounter }: Deps): Guard {
  const { windowSeconds, shared, quota: basic } = limits[name]
  const { rateLimits } = config
  if (rateLimits === 'off') return guard('request', fault.codes, () => {})
  const quota = scaled(rateLimits, basic)
  const counter = shared ? sharedCounter : localCounter
  // https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
  const policy = `"${name}";q=${quota};w=${windowSeconds}`
  const judge = (reply: FastifyReply, tallies: Tallies): void => {
    const exceeded = tallies.find(({ count }, index) => count > (index === 0 ? quota : quota * wideFactor))
    const { count, resetsInSeconds } = exceeded ?? (tallies[0] as Tally)
    const seconds = Math.max(1, Math.ceil(resetsInSeconds))
    reply.header('ratelimit-policy', policy)
    reply.header('ratelimit', `"${name}";r=${exceeded ? 0 : Math.max(0, quota - count)};t=${seconds}`)
    if (exceeded) throw fault('rate_limit:exceeded', { retryAfterSeconds: seconds })
  }
  const check = (request: FastifyRequest, reply: FastifyReply): void | Promise<void> => {
    const tallies = counter.hit(windowsOf(name, request.clientAddress))
    return tallies instanceof Promise ? tallies.then((counted) => judge(reply, counted)) : judge(reply, tallies)
  }
  return guard('request', fault.codes, check)
}

/** The client's own network, then the wider one if there is one. */
function windowsOf(name: LimitName, address: string): { key: string; windowSeconds: number }[] {
  const { primary, wide } = networksOf(address)
  const { windowSeconds } = limits[name]
  return [primary, wide].flatMap((network) =>
    network === undefined ? [] : [{ key: `${name}:${network}`, windowSeconds }],
  )
}
