import { inSpan } from '../tracing/span.ts'

export class QueueFullError extends Error {
  readonly retryAfterSeconds: number
  constructor(retryAfterSeconds: number) {
    super('Too much work is waiting')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** `known`: of a device or session that the account knows; they go first, so that a storm of strangers keeps nobody out. */
type Lane = 'known' | 'unknown'

/** Room among strangers' work for some that comes later; given back by being disposed of, or once the work itself is in the queue. */
export type Place = Disposable

/** Whose work it is. */
export type Owner = {
  readonly lane?: Lane
  readonly place?: Place | undefined
  /** Nobody waits for it any more. */
  readonly isGone?: () => boolean
}

export type WorkQueue = {
  <Result>(work: () => Promise<Result>, owner?: Owner): Promise<Result>
  /** Fails with QueueFullError where as much as may wait waits already, or has a place. */
  reserve(): Place
  state(): { readonly running: number; readonly waiting: number }
}

type Options = { readonly concurrency: number; readonly deadlineMs: number; readonly leastWaiting: number }
type Entry = { readonly isGone: () => boolean; readonly start: () => void; readonly refuse: () => void }

/**
 * Never runs more than `concurrency` at a time. Each lane holds as many entries and places as the deadline lets finish, at least
 * `leastWaiting`; beyond that, and for an entry that waited past the deadline or whose owner left, it fails with QueueFullError.
 */
export function workQueue({ concurrency, deadlineMs, leastWaiting }: Options): WorkQueue {
  const lanes = { known: new Set<Entry>(), unknown: new Set<Entry>() } as const satisfies Record<Lane, Set<Entry>>
  const places = new Set<Place>()
  let running = 0
  let averageMs = deadlineMs / leastWaiting

  const mostWaiting = () => Math.max(leastWaiting, Math.floor((deadlineMs / averageMs) * concurrency))
  const countWaiting = () => lanes.known.size + lanes.unknown.size
  const retryAfterSeconds = () =>
    Math.max(1, Math.ceil(((countWaiting() + places.size) * averageMs) / concurrency / 1000))

  const isFull = (lane: Lane): boolean => {
    const held = lane === 'unknown' ? places.size : 0
    return running + lanes[lane].size + held >= concurrency + mostWaiting()
  }

  const refusalOf = (lane: Lane): QueueFullError | undefined =>
    isFull(lane) ? new QueueFullError(retryAfterSeconds()) : undefined

  const reserve = (): Place => {
    const refusal = refusalOf('unknown')
    if (refusal) throw refusal
    const place = { [Symbol.dispose]: () => void places.delete(place) }
    places.add(place)
    return place
  }

  const turn = (lane: Lane, isGone: () => boolean, hadPlace: boolean): Promise<void> => {
    if (running < concurrency) {
      running++
      return Promise.resolve()
    }
    const refusal = hadPlace ? undefined : refusalOf(lane)
    if (refusal) return Promise.reject(refusal)
    const waiting = lanes[lane]
    return new Promise((resolve, reject) => {
      const entry: Entry = {
        isGone,
        start: () => {
          waiting.delete(entry)
          clearTimeout(timer)
          resolve()
        },
        refuse: () => {
          waiting.delete(entry)
          clearTimeout(timer)
          reject(new QueueFullError(retryAfterSeconds()))
        },
      }
      const timer = setTimeout(entry.refuse, deadlineMs)
      waiting.add(entry)
    })
  }

  const leave = (): void => {
    // All who left, not only those before the next: their room is others'. Here and not where somebody is refused, which a storm does often.
    for (const entry of [...lanes.known, ...lanes.unknown]) if (entry.isGone()) entry.refuse()
    const [next] = lanes.known.size > 0 ? lanes.known : lanes.unknown
    if (next) next.start()
    else running--
  }

  const run = async <Result>(work: () => Promise<Result>, owner: Owner = {}): Promise<Result> => {
    const { lane = 'unknown', isGone = () => false, place } = owner
    const hadPlace = place !== undefined && places.delete(place)
    await inSpan('wait for a turn', {}, () => turn(lane, isGone, hadPlace))
    const startedAt = performance.now()
    try {
      return await work()
    } finally {
      averageMs += (performance.now() - startedAt - averageMs) / 16
      leave()
    }
  }
  return Object.assign(run, { reserve, state: () => ({ running, waiting: countWaiting() }) })
}
