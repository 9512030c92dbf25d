import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import type { Caller } from '../http/caller.ts'
import type { Removed } from './removed.ts'

export type From = {
  readonly userId: string
  readonly since: Date
  /** Who takes it back, for the history; undefined for the operator. */
  readonly client: Caller | undefined
}

/** What an event in the history says of why something was removed. */
export const byRecovery = { by: 'recovery' }

/** A table whose rows open an account, as its folder declares it; opens-account.ts joins them. */
export type Opening = {
  readonly table: PgTable
  /**
   * Removes what was added after that moment, or everything if the owner can simply make it again, and writes that to
   * the history. Returns what the owner should be told.
   */
  readonly takeBack: (tx: AccountTransaction, from: From) => Promise<readonly Removed[]>
}
