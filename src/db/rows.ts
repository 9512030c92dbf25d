import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'

/** What is sealed for long, and to which row: the associated data is `PURPOSE:` and the value of `boundTo`. */
export type SealedColumn = {
  readonly table: string
  readonly column: string
  readonly purpose: string
  readonly boundTo: string
}

/**
 * What a room's tables hold and what it notes in the history, as the room declares it; accounts/all-rows.ts joins them.
 * Tables and conditions are SQL.
 */
export type Rows = {
  /** An account's rows here are deleted with the account. */
  readonly personal?: readonly (PgTable & { readonly userId: PgColumn })[]
  /** Tables that name an account and are not simply deleted with it: what becomes of the rows. */
  readonly otherwise?: Readonly<Record<string, string>>
  /** Rows whose time is over, which the sweep deletes. */
  readonly expired?: Readonly<Record<string, string>>
  readonly sealed?: readonly SealedColumn[]
  /** The types of its events in the history of an account. */
  readonly events?: readonly string[]
}

/** Rows that ended are kept this long, so that a late client learns what became of its token. */
export const kept = "interval '30 days'"
