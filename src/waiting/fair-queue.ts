import { QueueFullError } from './work-queue.ts'

/**
 * Runs the work when its owner's turn has come.
 * Fails with QueueFullError if it would wait too long.
 */
export type FairQueue = <Result>(owner: string, work: () => Promise<Result>) => Promise<Result>

type Options = {
  /** How many tasks run at a time, and how many of them may be one owner's. */
  readonly places: number
  readonly placesOfOne: number
  /** How many tasks may wait, and how many of them may be one owner's. */
  readonly mostWaiting: number
  readonly mostWaitingOfOne: number
  readonly deadlineMs: number
  /** If there are several places, an owner who used more than this time recently leaves one place free for others. */
  readonly modestMs: number
  /** How many times as long as a task took its place stays empty afterwards; 0 by default. */
  readonly rest?: number
}

type Entry = { readonly owner: string; readonly start: () => void; readonly refuse: () => void }

/**
 * The owner who used the least time recently goes first, so an owner of many or long tasks waits longer and holds
 * nobody up. If no more may wait, a task of the owner who used the most is refused.
 */
export function fairQueue({ places, placesOfOne, mostWaiting, mostWaitingOfOne, ...times }: Options): FairQueue {
  const { deadlineMs, modestMs, rest = 0 } = times
  const waiting = new Set<Entry>()
  const running = new Map<string, number>()
  const spent = spentTime()
  let free = places

  const refusal = () => new QueueFullError(Math.max(1, Math.ceil(deadlineMs / 1000)))
  const mayRun = (owner: string): boolean => {
    const leaves = places > 1 && spent.of(owner) > modestMs ? 1 : 0
    return free > leaves && (running.get(owner) ?? 0) < placesOfOne
  }
  /** Compares at one moment, so that all entries of one owner count as equal. */
  function sortWaiting(turn: 1 | -1): Entry[] {
    const now = performance.now()
    const inOrder = turn === 1 ? [...waiting] : [...waiting].reverse()
    return inOrder.sort((a, b) => turn * (spent.of(a.owner, now) - spent.of(b.owner, now)))
  }

  function take(owner: string): void {
    free -= 1
    running.set(owner, (running.get(owner) ?? 0) + 1)
  }

  function giveBack(owner: string): void {
    free += 1
    const left = (running.get(owner) ?? 0) - 1
    if (left > 0) running.set(owner, left)
    else running.delete(owner)
    // Sorting is stable: among one owner's entries, the oldest goes first.
    const next = sortWaiting(1).find((entry) => mayRun(entry.owner))
    if (next === undefined) return
    take(next.owner)
    next.start()
  }

  /** Returns whether the owner may add an entry, after refusing another owner's entry if necessary. */
  function makeRoom(owner: string): boolean {
    if ([...waiting].filter((entry) => entry.owner === owner).length >= mostWaitingOfOne) return false
    if (waiting.size < mostWaiting) return true
    const [greediest] = sortWaiting(-1)
    const now = performance.now()
    if (greediest === undefined || spent.of(greediest.owner, now) <= spent.of(owner, now)) return false
    greediest.refuse()
    return true
  }

  function turn(owner: string): Promise<void> {
    if (mayRun(owner)) {
      take(owner)
      return Promise.resolve()
    }
    if (!makeRoom(owner)) return Promise.reject(refusal())
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(entry)
        clearTimeout(timer)
      }
      const entry: Entry = {
        owner,
        start: () => {
          leave()
          resolve()
        },
        refuse: () => {
          leave()
          reject(refusal())
        },
      }
      const timer = setTimeout(entry.refuse, deadlineMs)
      waiting.add(entry)
    })
  }

  return async (owner, work) => {
    await turn(owner)
    const startedAt = performance.now()
    try {
      return await work()
    } finally {
      const tookMs = performance.now() - startedAt
      spent.add(owner, tookMs)
      if (rest === 0) giveBack(owner)
      else setTimeout(() => giveBack(owner), rest * tookMs)
    }
  }
}

/** After this time half of an owner's used time is forgotten. */
const halfLifeMs = 10_000
const mostRemembered = 10_000

/** The time that each owner used recently. */
function spentTime() {
  const known = new Map<string, { readonly ms: number; readonly at: number }>()
  const of = (owner: string, now = performance.now()): number => {
    const last = known.get(owner)
    return last === undefined ? 0 : last.ms * 0.5 ** ((now - last.at) / halfLifeMs)
  }
  const add = (owner: string, ms: number): void => {
    const sum = of(owner) + ms
    known.delete(owner)
    if (known.size >= mostRemembered) known.delete(known.keys().next().value as string)
    known.set(owner, { ms: sum, at: performance.now() })
  }
  return { of, add }
}
