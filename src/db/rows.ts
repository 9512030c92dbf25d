import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'

/**
 * A column of long-lived sealed values. Their associated data is `PURPOSE:` and the value of the row's column
 * `boundTo`.
 */
export type SealedColumn = {
  readonly table: string
  readonly column: string
  readonly purpose: string
  readonly boundTo: string
}

/**
 * What a folder's tables hold and which events it writes to the history; accounts/all-rows.ts joins the declarations of
 * all folders. Tables and conditions are SQL.
 */
export type Rows = {
  /** Tables whose rows are deleted with their account. */
  readonly personal?: readonly (PgTable & { readonly userId: PgColumn })[]
  /** Tables that name an account but are not simply deleted with it, each with what becomes of its rows. */
  readonly otherwise?: Readonly<Record<string, string>>
  /** Tables with the SQL condition for expired rows, which the sweep deletes. */
  readonly expired?: Readonly<Record<string, string>>
  readonly sealed?: readonly SealedColumn[]
  /** The types of the events that this folder adds to an account's history. */
  readonly events?: readonly string[]
}

/** How long rows are kept after they ended, so that a late client learns what became of its token. */
export const kept = "interval '30 days'"
