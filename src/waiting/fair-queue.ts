import { QueueFullError } from './work-queue.ts'

/** Runs the work when its owner's turn has come; fails with QueueFullError where it would wait too long. */
export type FairQueue = <Result>(owner: string, work: () => Promise<Result>) => Promise<Result>

type Options = {
  /** How much runs at a time, and how much of it is one owner's. */
  readonly places: number
  readonly placesOfOne: number
  /** How much may wait, and how much of it is one owner's. */
  readonly mostWaiting: number
  readonly mostWaitingOfOne: number
  readonly deadlineMs: number
  /** Where there are several places, an owner who had more than this of late leaves one free for the others. */
  readonly modestMs: number
  /** A place stays empty after work so many times as long as that took; never unless it is said. */
  readonly rest?: number
}

type Entry = { readonly owner: string; readonly start: () => void; readonly refuse: () => void }

/**
 * Who had the least of it goes first, so that whoever asks for much, or for what takes long, waits longer and holds
 * nobody up. Where no more may wait it is the owner who had the most that is refused.
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
  /** At one moment, so that of one owner's entries all had the same. */
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
    // Sorting is stable: of one owner's the oldest goes first.
    const next = sortWaiting(1).find((entry) => mayRun(entry.owner))
    if (next === undefined) return
    take(next.owner)
    next.start()
  }

  /** Gives whether there is room for one more of the owner's, which may be made. */
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

/** After so long half of it is forgotten. */
const halfLifeMs = 10_000
const mostRemembered = 10_000

/** What each owner had of late. */
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
