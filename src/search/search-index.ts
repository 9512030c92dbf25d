import type { Transaction } from '../db/transaction.ts'
import type { Query } from './words.ts'

/** The search engine did not answer, not in time, or not as it should. */
export class SearchIndexError extends Error {}

export type Page = { readonly page: number; readonly pageSize: number }

/** What the index holds of a user; whether it is still true is asked of PostgreSQL. */
export type Hit = { readonly id: string; readonly handle: string; readonly displayName: string }

/** No more of them can be reached. */
export const mostHits = 1000

export type SearchIndex = {
  /**
   * Users whose handle or name has all the words, or their beginnings, best first; typing errors are forgiven. A word
   * in parts may be written without what parts it.
   * @param askedBy among whom the work is shared fairly
   * @throws {SearchIndexError}
   * @throws {QueueFullError} where too many search
   */
  search(
    query: Query,
    page: Page,
    askedBy: string,
  ): Promise<{ readonly hits: readonly Hit[]; readonly totalHits: number }>
  /** In the transaction that changes the user: once it is committed the index follows. */
  noteChange(tx: Transaction, userId: string): Promise<void>
  /** Rejects while a server of its own is away; without one there is nothing to ask. */
  ping?(): Promise<void>
}
