import { and, count, eq, isNull } from 'drizzle-orm'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import type { Database } from '../db/database.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { users } from '../db/schema/users.ts'

/** Condition for the account's passkeys that are not deleted. */
export const isTheirs = (userId: string) => and(eq(passkeys.userId, userId), isNull(passkeys.deletedAt))

export const mostPasskeys = 20

export async function countPasskeys(db: Database, userId: string): Promise<number> {
  const [counted] = await db.select({ count: count() }).from(passkeys).where(isTheirs(userId))
  return counted?.count ?? 0
}

/**
 * Afterwards session checks show how many passkeys the account has, without counting them. Needs the account's lock.
 */
export async function noteCount(tx: AccountTransaction, userId: string): Promise<void> {
  tx.forget(userId)
  await tx
    .update(users)
    .set({ passkeys: await countPasskeys(tx, userId) })
    .where(eq(users.id, userId))
}
