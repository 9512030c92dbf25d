import type { RateCounter, Tally, Window } from './rate-counter.ts'

type Options = {
  /** A clock in milliseconds; only differences matter. */
  readonly now: () => number
  readonly maxEntries?: number
}

type Entry = { count: number; readonly resetsAt: number }

/**
 * Counts in this process. Holds at most `maxEntries` windows, however many networks call: if full, it drops the older
 * half at once. Dropping single entries from the front of a map is slow, as V8 walks over all that were dropped before.
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
    // Rounding must not promise a longer wait than the window.
    return { count: entry.count, resetsInSeconds: Math.min((entry.resetsAt - at) / 1000, windowSeconds) }
  }

  return { hit: (windows) => windows.map(count), close: async () => {} }
}
