import type { Config } from '../config/config.ts'
import { networksOf } from '../http/client-address.ts'
import { scaled } from './quota.ts'

/** The account and client of a request that lasts. */
export type Doer = { readonly userId: string; readonly address: string }

type Options = {
  /** How many may run at a time in this process, for all callers together. */
  readonly most: number
  /**
   * How many of those one client network may have; the wider network of an IPv6 customer may have ten times as many.
   * RATE_LIMITS scales it, but half of `most` is always left to others.
   */
  readonly ofOneNetwork: number
}

const wideFactor = 10

/**
 * Bounds long requests: one at a time for each account. Returns undefined if there is no room, else a handle to dispose
 * of when the request is over.
 */
export function underWay({ most, ofOneNetwork }: Options) {
  const counts = new Map<string, number>()
  let total = 0

  return ({ rateLimits }: Pick<Config, 'rateLimits'>, { userId, address }: Doer): Disposable | undefined => {
    const { primary, wide } = networksOf(address)
    const share = (count: number) => (rateLimits === 'off' ? most : Math.min(most / 2, scaled(rateLimits, count)))
    const bounds = new Map([[`account ${userId}`, 1]])
    bounds.set(`network ${primary}`, share(ofOneNetwork))
    if (wide !== undefined) bounds.set(`network ${wide}`, share(ofOneNetwork * wideFactor))
    if (total >= most || bounds.entries().some(([key, bound]) => (counts.get(key) ?? 0) >= bound)) return undefined

    const change = (by: 1 | -1): void => {
      total += by
      for (const key of bounds.keys()) {
        const count = (counts.get(key) ?? 0) + by
        if (count > 0) counts.set(key, count)
        else counts.delete(key)
      }
    }
    change(1)
    let isOver = false
    return {
      [Symbol.dispose]: () => {
        if (!isOver) change(-1)
        isOver = true
      },
    }
  }
}
