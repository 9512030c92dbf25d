import type { Transaction } from '../db/transaction.ts'

/** The messages were not taken. */
export class BroadcastError extends Error {}

/**
 * Brings every message to every process on whatever machine, its own included, in one order; one that was cut off
 * misses what came meanwhile.
 */
export type Broadcast = {
  /**
   * With `tx` before it commits; on PostgreSQL as a part of it. Without, at once.
   * @throws {BroadcastError} on Redis; PostgreSQL fails as with any statement
   */
  send(messages: readonly string[], tx?: Transaction): Promise<void>
  /** Hears every message from now on; settles once none can be missed. */
  subscribe(hear: (message: string) => void): Promise<void>
  close(): Promise<void>
}
