import type { Transaction } from '../db/transaction.ts'

/** Which event of whose account; what happened stands in PostgreSQL alone. */
export type StreamEntry = { readonly eventId: string; readonly userId: string }

/** The stream did not take an entry. */
export class EventStreamError extends Error {}

/** Tells every API process, on whatever machine, that there may be something new for an account. */
export type EventStream = {
  /**
   * Puts an entry into the stream before `tx` commits; the entry of a transaction that does not commit means nothing.
   * @throws {EventStreamError}
   */
  publish(tx: Transaction, entry: StreamEntry): Promise<void>
  /** Says that these were committed; one that gets lost is found by asking PostgreSQL. */
  announce(entries: readonly StreamEntry[]): Promise<void>
  /** Hears of every entry from now on, of some of them twice. */
  subscribe(hear: (userId: string) => void): void
  close(): Promise<void>
}
