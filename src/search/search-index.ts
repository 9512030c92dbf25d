import type { Transaction } from '../db/transaction.ts'
import type { Query } from './words.ts'

/** The search engine did not answer, was too slow or gave a wrong answer. */
export class SearchIndexError extends Error {}

export type Page = { readonly page: number; readonly pageSize: number }

/** What the index knows about a user; the caller checks it against PostgreSQL. */
export type Hit = { readonly id: string; readonly handle: string; readonly displayName: string }

/** Hits of a query that can be paged through; further ones are left out. */
export const mostHits = 1000

export type SearchIndex = {
  /**
   * Users whose handle or name has words that begin like all the words of the query, best first, with typing errors
   * forgiven. The parts of a word may be written as one.
   * @param askedBy the network of the client; networks take turns
   * @throws {SearchIndexError}
   * @throws {QueueFullError} if too many searches wait
   */
  search(
    query: Query,
    page: Page,
    askedBy: string,
  ): Promise<{ readonly hits: readonly Hit[]; readonly totalHits: number }>
  /** Must be called in the transaction that changes the user; the index is updated after the commit. */
  noteChange(tx: Transaction, userId: string): Promise<void>
  /** Rejects while the search engine's server is down; missing if it has no server of its own. */
  ping?(): Promise<void>
}
