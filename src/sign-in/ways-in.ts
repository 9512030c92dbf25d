import { type SQL, sql } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import type { Transaction } from '../db/transaction.ts'
import { rooms } from './hallway.ts'
import type { LockedAccount } from './lock-account.ts'

const waysIn = rooms.flatMap((room) => ('waysIn' in room ? [room.waysIn] : []))

/** A query of all working ways to sign in to all accounts: rows `user_id`, `way`. */
export const selectWaysIn = (config: Config): SQL =>
  sql.join(
    waysIn.map((select) => select(config)),
    sql` union all `,
  )

/**
 * Whether this is the account's only working way to sign in, which must then stay [TK7 FD7]. Runs under the account's
 * lock, so that of two deletions at the same moment only one goes through.
 */
export async function isLastWayIn(
  tx: Transaction,
  config: Config,
  { account, way }: { readonly account: LockedAccount; readonly way: string },
): Promise<boolean> {
  const { rows } = await tx.execute<{ way: string }>(
    sql`select way from (${selectWaysIn(config)}) as ways where user_id = ${account.id}`,
  )
  return rows.length > 0 && rows.every((found) => found.way === way)
}
