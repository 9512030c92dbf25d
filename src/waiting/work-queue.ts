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
 * `known`: work for a device or session that the account knows. It goes first, so that a storm of strangers keeps
 * nobody out; but as everybody can make an account, waiting strangers get one turn in three [AT3].
 */
type Lane = 'known' | 'unknown'
const knownTurnsInARow = 2

/** Room reserved among strangers' work. It is given back when disposed of, or when the work itself joins the queue. */
export type Place = Disposable

/** The account or client that work is done for. */
export type Owner = {
  readonly lane?: Lane
  /** An account, or a stranger's network: the parties of a lane share it equally. */
  readonly party?: string
  readonly place?: Place | undefined
  /** Whether nobody waits for the result any more. */
  readonly isGone?: () => boolean
}

export type WorkQueue = {
  <Result>(work: () => Promise<Result>, owner?: Owner): Promise<Result>
  /** Fails with QueueFullError if there is no room for a stranger of that party. */
  checkRoom(party?: string): void
  /** Fails with QueueFullError if the lane is full of entries and places, and no other party holds more of it. */
  reserve(party?: string): Place
  state(): { readonly running: number; readonly waiting: number }
}

type Options = { readonly concurrency: number; readonly deadlineMs: number; readonly leastWaiting: number }

/**
 * Never runs more than `concurrency` tasks at a time. Each lane holds as many entries and places as can finish within
 * the deadline, but at least `leastWaiting`. Beyond that, after the deadline, and if the owner is gone, a task fails
 * with QueueFullError.
 */
export function workQueue({ concurrency, deadlineMs, leastWaiting }: Options): WorkQueue {
  const lanes = { known: fairLane(), unknown: fairLane() } as const satisfies Record<Lane, object>
  /** The reserved places; work that has one takes it from here. */
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

  /** Makes room for one more entry of the party, or throws. */
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

  /** Gives a reserved place back; returns false if there was none. */
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
    // Removes all entries whose owner is gone, not only those before the next one, as their room is needed. Done here
    // rather than at each refusal, which a storm makes often.
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
