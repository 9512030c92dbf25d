type Entry<Value> = { readonly value: Promise<Value>; readonly askedAt: number; lifetimeMs: number; isAwaited: boolean }

/** An answer of another server and how long it may be remembered. */
export type Found<Value> = { readonly value: Value; readonly lifetimeMs: number }

export type Lookups<Value> = {
  get(key: string, ask: () => Promise<Found<Value>>): Promise<Value>
  /** Asked anew, unless that was done a moment ago: who sends junk must not make us ask at every request. */
  getFresh(key: string, ask: () => Promise<Found<Value>>): Promise<Value>
  /** Asked anew, unless that is being done. */
  getAnew(key: string, ask: () => Promise<Found<Value>>): Promise<Value>
}

const mostEntries = 200
const askAgainAfterMs = 30_000

/** What other servers publish, each asked once for all who need it at the same moment. A failure is not remembered. */
export function openLookups<Value>(now: () => number): Lookups<Value> {
  const entries = new Map<string, Entry<Value>>()
  const askAnew = (key: string, ask: () => Promise<Found<Value>>): Promise<Value> => {
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
        if (entries.get(key) === entry) entries.delete(key)
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
