import type { RateCounter, Tally, Window } from './rate-counter.ts'

type Options = {
  /** Milliseconds; only differences matter. */
  readonly now: () => number
  readonly maxEntries?: number
}

type Entry = { count: number; readonly resetsAt: number }

/**
 * Counts in this process alone. However many networks call, it holds `maxEntries` windows at most: the older half is
 * dropped whole, as V8 makes dropping them one by one from the front of a map a walk over all that were dropped before.
 */
export function memoryRateCounter({ now, maxEntries = 100_000 }: Options): RateCounter {
  let newer = new Map<string, Entry>()
  let older = new Map<string, Entry>()

  const open = (key: string, resetsAt: number): Entry => {
    const entry = { count: 0, resetsAt }
    newer.set(key, entry)
    if (newer.size * 2 >= maxEntries) {
      older = newer
      newer = new Map()
    }
    return entry
  }

  const count = ({ key, windowSeconds, cost = 1, most = Number.POSITIVE_INFINITY }: Window): Tally => {
    const at = now()
    const held = newer.get(key) ?? older.get(key)
    const entry = held && held.resetsAt > at ? held : open(key, at + windowSeconds * 1000)
    entry.count = Math.max(entry.count, Math.min(entry.count + cost, most + 1))
    // The sum above is rounded, and rounding up is no reason to promise a longer wait than the window.
    return { count: entry.count, resetsInSeconds: Math.min((entry.resetsAt - at) / 1000, windowSeconds) }
  }

  return { hit: (windows) => windows.map(count), close: async () => {} }
}
