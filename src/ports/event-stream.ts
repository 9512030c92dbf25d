import type { Transaction } from '../db/transaction.ts'
import type { Broadcast } from './broadcast.ts'

/** Names an event and its account; what happened is in PostgreSQL only. */
export type StreamEntry = { readonly eventId: string; readonly userId: string }

/**
 * Tells every API process that an account may have new events. Listeners also ask PostgreSQL at intervals, so a lost
 * message only delays an event.
 */
export type EventStream = {
  /**
   * Sends an entry before `tx` commits; if it does not commit, the entry means nothing.
   * @throws {BroadcastError}
   */
  publish(tx: Transaction, entry: StreamEntry): Promise<void>
  /** Tells that the events of these entries were committed. */
  announce(entries: readonly StreamEntry[]): Promise<void>
  /** Hears every entry from now on, some of them twice. */
  subscribe(hear: (userId: string) => void): void
  close(): Promise<void>
}

export const openEventStream = (broadcast: Broadcast): EventStream => ({
  publish: (tx, { userId }) => broadcast.send([userId], tx),
  announce: (entries) => broadcast.send([...new Set(entries.map(({ userId }) => userId))]),
  subscribe: (hear) => void broadcast.subscribe(hear),
  close: broadcast.close,
})
