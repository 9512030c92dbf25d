/** A fixed window: it starts with its first event. */
export type Window = {
  readonly key: string
  readonly windowSeconds: number
  /** Zero only looks. One unless said otherwise. */
  readonly cost?: 0 | 1
  /**
   * Beyond one more than that this event counts nothing, so that who is refused leaves the rest to those who may have
   * more.
   */
  readonly most?: number
}

/** `count` is that of the window after the event. */
export type Tally = { readonly count: number; readonly resetsInSeconds: number }

export type Tallies = readonly Tally[]

export type RateCounter = {
  /**
   * Counts one event in each window, atomically per window, in one round trip; tallies come in the order asked, at once
   * where nobody has to be asked. The keys of one call differ.
   */
  hit(windows: readonly Window[]): Tallies | Promise<Tallies>
  close(): Promise<void>
}
