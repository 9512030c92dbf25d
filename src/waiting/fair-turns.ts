import { type Entry, fairLane } from './fair-lane.ts'

type Options = {
  /** How many tasks run at a time. */
  readonly places: number
  /** How many of one network's tasks run at a time, so that its slow ones never take all places. */
  readonly placesOfOne: number
  readonly mostWaiting: number
  readonly deadlineMs: number
}

/** There was no turn in time, or the queue is full and other networks have less waiting. */
export class NoTurnError extends Error {
  constructor() {
    super('There was no turn in time')
  }
}

export type FairTurns = <Result>(network: string, work: () => Promise<Result>) => Promise<Result>

/** Gives places to the waiting networks in turn, however much one of them asks for [AT2]. */
export function fairTurns({ places, placesOfOne, mostWaiting, deadlineMs }: Options): FairTurns {
  const lane = fairLane()
  const running = new Map<string, number>()
  let runningInAll = 0

  const hasPlace = (network: string): boolean => runningInAll < places && (running.get(network) ?? 0) < placesOfOne

  const take = (network: string): void => {
    runningInAll++
    running.set(network, (running.get(network) ?? 0) + 1)
  }

  const giveBack = (network: string): void => {
    runningInAll--
    const left = (running.get(network) ?? 0) - 1
    if (left > 0) running.set(network, left)
    else running.delete(network)
    lane.next(hasPlace)?.start()
  }

  const wait = (network: string): Promise<void> => {
    if (lane.waiting() >= mostWaiting) {
      const surplus = lane.findSurplus(network)
      if (surplus === undefined) throw new NoTurnError()
      surplus.refuse()
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = (): void => {
      clearTimeout(timer)
      takeOut()
    }
    const entry: Entry = {
      isGone: () => false,
      start: () => {
        leave()
        take(network)
        resolve()
      },
      refuse: () => {
        leave()
        reject(new NoTurnError())
      },
    }
    const takeOut = lane.add(network, entry)
    const timer = setTimeout(entry.refuse, deadlineMs)
    return promise
  }

  return async (network, work) => {
    if (hasPlace(network)) take(network)
    else await wait(network)
    try {
      return await work()
    } finally {
      giveBack(network)
    }
  }
}
