import type { Transaction } from '../db/transaction.ts'

/** The messages could not be sent. */
export class BroadcastError extends Error {}

/**
 * Brings every message to every process on every machine, the sender included, in one order. A process that was cut off
 * misses the messages of that time.
 */
export type Broadcast = {
  /**
   * With `tx`, sends before it commits (on PostgreSQL as part of it); without, at once.
   * @throws {BroadcastError} on Redis; PostgreSQL fails as with any statement
   */
  send(messages: readonly string[], tx?: Transaction): Promise<void>
  /** Hears every message from now on; resolves once none can be missed. */
  subscribe(hear: (message: string) => void): Promise<void>
  close(): Promise<void>
}
