import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import type { Removed } from './removed.ts'

export type From = { readonly userId: string; readonly since: Date }

/** A table whose rows open an account, as the room that has it declares it; hallway.ts joins them. */
export type Opening = {
  readonly table: PgTable
  /**
   * Removes what came after that moment, or everything where its owner just makes it anew; gives what the owner should
   * hear of.
   */
  readonly takeBack: (tx: AccountTransaction, from: From) => Promise<readonly Removed[]>
}
