type Entry<Value> = { readonly value: Promise<Value>; readonly askedAt: number; lifetimeMs: number; isAwaited: boolean }

/** Another server's answer, and for how long it may be remembered. */
export type Found<Value> = { readonly value: Value; readonly lifetimeMs: number }

export type Lookups<Value> = {
  get(key: string, ask: () => Promise<Found<Value>>): Promise<Value>
  /**
   * Asks again unless the last request began within 30 s: a client that sends junk must not cause a request each time.
   */
  getFresh(key: string, ask: () => Promise<Found<Value>>): Promise<Value>
  /** Asks again, or joins a request that is still under way. */
  getAnew(key: string, ask: () => Promise<Found<Value>>): Promise<Value>
}

const mostEntries = 200
const askAgainAfterMs = 30_000

/**
 * Remembers what other servers publish, but no failures. Callers that need the same key at the same time share one
 * request.
 */
export function openLookups<Value>(now: () => number): Lookups<Value> {
  const entries = new Map<string, Entry<Value>>()
  const askAnew = (key: string, ask: () => Promise<Found<Value>>): Promise<Value> => {
    const before = entries.get(key)
    const answer = ask()
    const value = answer.then((one) => one.value)
    const entry = { value, askedAt: now(), lifetimeMs: askAgainAfterMs, isAwaited: true }
    entries.delete(key)
    entries.set(key, entry)
    const [oldest] = entries.keys()
    if (entries.size > mostEntries && oldest !== undefined) entries.delete(oldest)
    answer.then(
      ({ lifetimeMs }) => {
        entry.lifetimeMs = lifetimeMs
        entry.isAwaited = false
      },
      () => {
        if (entries.get(key) !== entry) return
        entries.delete(key)
        // What is still good is not lost because the other server cannot be asked right now.
        if (before && !before.isAwaited && ageOf(before) < before.lifetimeMs) entries.set(key, before)
      },
    )
    return entry.value
  }
  const ageOf = (entry: Entry<Value> | undefined) => (entry ? now() - entry.askedAt : Number.POSITIVE_INFINITY)
  return {
    get: (key, ask) => {
      const entry = entries.get(key)
      return entry && ageOf(entry) < entry.lifetimeMs ? entry.value : askAnew(key, ask)
    },
    getFresh: (key, ask) => {
      const entry = entries.get(key)
      return entry && ageOf(entry) < askAgainAfterMs ? entry.value : askAnew(key, ask)
    },
    getAnew: (key, ask) => {
      const entry = entries.get(key)
      return entry?.isAwaited ? entry.value : askAnew(key, ask)
    },
  }
}
