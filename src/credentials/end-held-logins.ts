import { and, eq, isNull, sql } from 'drizzle-orm'
import { pendingLogins } from '../db/schema/pending-logins.ts'
import type { Transaction } from '../db/transaction.ts'
import { supersedeUserTokens } from '../mailed-tokens/issue.ts'

/**
 * Afterwards logins that wait for a mailed link or a code cannot be finished, and links for deletion are dead. Called
 * when what opens the account has changed.
 */
export async function endHeldLogins(tx: Transaction, userId: string): Promise<void> {
  await supersedeUserTokens(tx, userId, ['device_verify', 'sign_in', 'account_deletion'])
  await tx
    .update(pendingLogins)
    .set({ endedAt: sql`now()` })
    .where(and(eq(pendingLogins.userId, userId), isNull(pendingLogins.usedAt), isNull(pendingLogins.endedAt)))
}
