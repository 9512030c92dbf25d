import type { Transaction } from '../db/transaction.ts'
import type { Broadcast } from './broadcast.ts'

/** Which event of whose account; what happened stands in PostgreSQL alone. */
export type StreamEntry = { readonly eventId: string; readonly userId: string }

/**
 * Tells every API process that there may be something new for an account. Listeners ask PostgreSQL now and then:
 * what is lost only comes later.
 */
export type EventStream = {
  /**
   * Puts an entry into the stream before `tx` commits; the entry of a transaction that does not commit means nothing.
   * @throws {BroadcastError}
   */
  publish(tx: Transaction, entry: StreamEntry): Promise<void>
  /** Says that these were committed. */
  announce(entries: readonly StreamEntry[]): Promise<void>
  /** Hears of every entry from now on, of some of them twice. */
  subscribe(hear: (userId: string) => void): void
  close(): Promise<void>
}

export const openEventStream = (broadcast: Broadcast): EventStream => ({
  publish: (tx, { userId }) => broadcast.send([userId], tx),
  announce: (entries) => broadcast.send([...new Set(entries.map(({ userId }) => userId))]),
  subscribe: (hear) => void broadcast.subscribe(hear),
  close: broadcast.close,
})
