/** A fixed window, which starts with its first event. */
export type Window = {
  readonly key: string
  readonly windowSeconds: number
  /** 0 only looks; 1 by default. */
  readonly cost?: 0 | 1
  /**
   * The event raises the count no further than `most` + 1, so that refused callers leave the rest to callers with a
   * higher bound.
   */
  readonly most?: number
}

/** `count` includes the event. */
export type Tally = { readonly count: number; readonly resetsInSeconds: number }

export type Tallies = readonly Tally[]

export type RateCounter = {
  /**
   * Counts one event in each window, atomically for each window, in one round trip. The tallies come in the order
   * asked, without a promise if no other process is asked. The keys of one call must differ.
   */
  hit(windows: readonly Window[]): Tallies | Promise<Tallies>
  close(): Promise<void>
}
