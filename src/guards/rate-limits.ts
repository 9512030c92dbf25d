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

type Judged = {
  /** What is left, as the header says it. */
  readonly left: string
  /** Set if the network has used up its limit: how long it has to wait. */
  readonly retryAfterSeconds?: number
}

/** A limit of networks; undefined while limits are off. */
export function networkLimit(name: LimitName, { config, sharedCounter, localCounter }: Deps) {
  const { windowSeconds, shared, quota: basic } = limits[name]
  const { rateLimits } = config
  if (rateLimits === 'off') return undefined
  const quota = scaled(rateLimits, basic)
  const counter = shared ? sharedCounter : localCounter
  const quotaOf = (index: number): number => (index === 0 ? quota : quota * wideFactor)
  const judge = (tallies: Tallies): Judged => {
    const exceeded = tallies.find(({ count }, index) => count > quotaOf(index))
    const { count, resetsInSeconds } = exceeded ?? (tallies[0] as Tally)
    const seconds = Math.max(1, Math.ceil(resetsInSeconds))
    const left = `"${name}";r=${exceeded ? 0 : Math.max(0, quota - count)};t=${seconds}`
    return { left, ...(exceeded && { retryAfterSeconds: seconds }) }
  }
  return {
    // https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
    policy: `"${name}";q=${quota};w=${windowSeconds}`,
    /** Counts a request. */
    count: (address: string): Judged | Promise<Judged> => {
      const tallies = counter.hit(windowsOf(name, address))
      return tallies instanceof Promise ? tallies.then(judge) : judge(tallies)
    },
    /** Whether one more request would exceed it; counts nothing. Only for limits that are counted in memory. */
    isUsedUp: (address: string): boolean => {
      const tallies = counter.hit(windowsOf(name, address).map((window) => ({ ...window, cost: 0 })))
      if (tallies instanceof Promise) throw new Error(`the limit "${name}" is counted elsewhere`)
      return tallies.some(({ count }, index) => count >= quotaOf(index))
    },
  }
}

/** Applies the network's limit, before anything costly and before validation [RL4]. */
export function rateLimitGuard(name: LimitName, deps: Deps): Guard {
  const limit = networkLimit(name, deps)
  if (limit === undefined) return guard('limit', fault.codes, () => {})
  const tell = (reply: FastifyReply, { left, retryAfterSeconds }: Judged): void => {
    reply.header('ratelimit-policy', limit.policy)
    reply.header('ratelimit', left)
    if (retryAfterSeconds !== undefined) throw fault('rate_limit:exceeded', { retryAfterSeconds })
  }
  const check = (request: FastifyRequest, reply: FastifyReply): void | Promise<void> => {
    const judged = limit.count(request.clientAddress)
    return judged instanceof Promise ? judged.then((it) => tell(reply, it)) : tell(reply, judged)
  }
  return guard('limit', fault.codes, check)
}

/** The client's own network, then the wider one if there is one. */
function windowsOf(name: LimitName, address: string): { key: string; windowSeconds: number }[] {
  const { primary, wide } = networksOf(address)
  const { windowSeconds } = limits[name]
  return [primary, wide].flatMap((network) =>
    network === undefined ? [] : [{ key: `${name}:${network}`, windowSeconds }],
  )
}
