export class QueueFullError extends Error {
  readonly retryAfterSeconds: number
  constructor(retryAfterSeconds: number) {
    super('Too much work is waiting')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** `known`: of a device or session that the account knows; they go first, so that a storm of strangers keeps nobody out. */
export type Lane = 'known' | 'unknown'

export type WorkQueue = {
  <Result>(work: () => Promise<Result>, lane?: Lane): Promise<Result>
  state(): { readonly running: number; readonly waiting: number }
}

type Options = { readonly concurrency: number; readonly deadlineMs: number; readonly leastWaiting: number }
type Entry = { readonly start: () => void }

/**
 * Never runs more than `concurrency` at a time. Each lane holds as many entries as the deadline lets finish, at least `leastWaiting`;
 * beyond that, and for an entry that waited past the deadline, it fails with QueueFullError.
 */
export function workQueue({ concurrency, deadlineMs, leastWaiting }: Options): WorkQueue {
  const lanes = { known: new Set<Entry>(), unknown: new Set<Entry>() } as const satisfies Record<Lane, Set<Entry>>
  let running = 0
  let averageMs = deadlineMs / leastWaiting

  const mostWaiting = () => Math.max(leastWaiting, Math.floor((deadlineMs / averageMs) * concurrency))
  const countWaiting = () => lanes.known.size + lanes.unknown.size
  const retryAfterSeconds = () => Math.max(1, Math.ceil((countWaiting() * averageMs) / concurrency / 1000))

  const turn = (waiting: Set<Entry>): Promise<void> => {
    if (running < concurrency) {
      running++
      return Promise.resolve()
    }
    if (waiting.size >= mostWaiting()) return Promise.reject(new QueueFullError(retryAfterSeconds()))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(entry)
        reject(new QueueFullError(retryAfterSeconds()))
      }, deadlineMs)
      const entry: Entry = {
        start: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      waiting.add(entry)
    })
  }

  const leave = (): void => {
    const waiting = lanes.known.size > 0 ? lanes.known : lanes.unknown
    const [next] = waiting
    if (next === undefined) {
      running--
      return
    }
    waiting.delete(next)
    next.start()
  }

  const run = async <Result>(work: () => Promise<Result>, lane: Lane = 'unknown'): Promise<Result> => {
    await turn(lanes[lane])
    const startedAt = performance.now()
    try {
      return await work()
    } finally {
      averageMs += (performance.now() - startedAt - averageMs) / 16
      leave()
    }
  }
  return Object.assign(run, { state: () => ({ running, waiting: countWaiting() }) })
}
