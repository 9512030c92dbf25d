import { inSpan } from '../tracing/span.ts'
import { type Entry, fairLane } from './fair-lane.ts'

export class QueueFullError extends Error {
  readonly retryAfterSeconds: number
  constructor(retryAfterSeconds: number) {
    super('Too much work is waiting')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/**
 * `known`: of a device or session that the account knows; they go first, so that a storm of strangers keeps nobody out.
 * But everybody can make an account: strangers who wait get one turn in three [AT3].
 */
type Lane = 'known' | 'unknown'
const knownTurnsInARow = 2

/**
 * Room among strangers' work for some that comes later; given back by being disposed of, or once the work itself is in
 * the queue.
 */
export type Place = Disposable

/** Whose work it is. */
export type Owner = {
  readonly lane?: Lane
  /** Those of one lane share it equally: an account, or the network of a stranger. */
  readonly party?: string
  readonly place?: Place | undefined
  /** Nobody waits for it any more. */
  readonly isGone?: () => boolean
}

export type WorkQueue = {
  <Result>(work: () => Promise<Result>, owner?: Owner): Promise<Result>
  /** Fails with QueueFullError where there is no room for a stranger of that party. */
  checkRoom(party?: string): void
  /**
   * Fails with QueueFullError where as much as may wait waits already, or has a place, and no other party has more of
   * it.
   */
  reserve(party?: string): Place
  state(): { readonly running: number; readonly waiting: number }
}

type Options = { readonly concurrency: number; readonly deadlineMs: number; readonly leastWaiting: number }

/**
 * Never runs more than `concurrency` at a time. Each lane holds as many entries and places as the deadline lets finish,
 * at least `leastWaiting`; beyond that, and for an entry that waited past the deadline or whose owner left, it fails
 * with QueueFullError.
 */
export function workQueue({ concurrency, deadlineMs, leastWaiting }: Options): WorkQueue {
  const lanes = { known: fairLane(), unknown: fairLane() } as const satisfies Record<Lane, object>
  /** Taken back by work that had one. */
  const places = new WeakSet<Place>()
  let running = 0
  let turnsOfKnown = 0
  let averageMs = deadlineMs / leastWaiting

  const mostWaiting = () => Math.max(leastWaiting, Math.floor((deadlineMs / averageMs) * concurrency))
  const countWaiting = () => lanes.known.waiting() + lanes.unknown.waiting()
  const full = (): QueueFullError => {
    const ahead = lanes.known.held() + lanes.unknown.held()
    return new QueueFullError(Math.max(1, Math.ceil((ahead * averageMs) / concurrency / 1000)))
  }

  const isFull = (lane: Lane): boolean => running + lanes[lane].held() >= concurrency + mostWaiting()

  const checkRoom = (party = ''): void => {
    if (isFull('unknown') && lanes.unknown.findSurplus(party) === undefined) throw full()
  }

  /** Afterwards there is room for one more of the party, or it is refused. */
  const makeRoom = (lane: Lane, party: string): void => {
    if (!isFull(lane)) return
    const surplus = lanes[lane].findSurplus(party)
    if (surplus === undefined) throw full()
    surplus.refuse()
  }

  const reserve = (party = ''): Place => {
    makeRoom('unknown', party)
    const giveBack = lanes.unknown.addPlace(party)
    const place = {
      [Symbol.dispose]: () => {
        places.delete(place)
        giveBack()
      },
    }
    places.add(place)
    return place
  }

  /** Whether there was one to be taken. */
  const takeBack = (place: Place | undefined): boolean => {
    if (place === undefined || !places.has(place)) return false
    place[Symbol.dispose]()
    return true
  }

  const turn = async ({ lane = 'unknown', party = '', isGone = () => false }: Owner, hadPlace: boolean) => {
    if (running < concurrency) {
      running++
      return
    }
    if (!hadPlace) makeRoom(lane, party)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const end = () => {
      leaveLane()
      clearTimeout(timer)
    }
    const entry: Entry = {
      isGone,
      start: () => {
        end()
        resolve()
      },
      refuse: () => {
        end()
        reject(full())
      },
    }
    const timer = setTimeout(entry.refuse, deadlineMs)
    const leaveLane = lanes[lane].add(party, entry)
    await promise
  }

  const findNext = (): Entry | undefined => {
    const areStrangersDue = lanes.known.waiting() === 0 || turnsOfKnown >= knownTurnsInARow
    const lane = areStrangersDue && lanes.unknown.waiting() > 0 ? lanes.unknown : lanes.known
    turnsOfKnown = lane === lanes.known ? turnsOfKnown + 1 : 0
    return lane.next()
  }

  const leave = (): void => {
    // All who left, not only those before the next: their room is others'. Here and not where somebody is refused,
    // which a storm does often.
    for (const lane of [lanes.known, lanes.unknown]) lane.refuseThoseGone()
    const next = findNext()
    if (next) next.start()
    else running--
  }

  const run = async <Result>(work: () => Promise<Result>, owner: Owner = {}): Promise<Result> => {
    const hadPlace = takeBack(owner.place)
    await inSpan('wait for a turn', {}, () => turn(owner, hadPlace))
    const startedAt = performance.now()
    try {
      return await work()
    } finally {
      averageMs += (performance.now() - startedAt - averageMs) / 16
      leave()
    }
  }
  return Object.assign(run, { checkRoom, reserve, state: () => ({ running, waiting: countWaiting() }) })
}
