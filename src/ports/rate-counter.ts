/** A fixed window: it starts with its first event. */
export type Window = { readonly key: string; readonly windowSeconds: number }

export type Tally = { readonly count: number; readonly resetsInSeconds: number }

export type Tallies = readonly Tally[]

export type RateCounter = {
  /**
   * Counts one event in each window, atomically per window, in one round trip; tallies come in the order asked, at once where
   * nobody has to be asked. The keys of one call differ.
   */
  hit(windows: readonly Window[]): Tallies | Promise<Tallies>
  close(): Promise<void>
}
