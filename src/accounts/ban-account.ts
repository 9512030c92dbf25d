import { and, eq, sql } from 'drizzle-orm'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { isBanned } from './banned.ts'

type Ban = { readonly until: Date | undefined; readonly reason: string }

/**
 * Afterwards the account is banned, for good or until the given time, in place of any earlier ban, and none of its
 * waiting logins can be finished. Its console sessions have ended, and no administrator is in it.
 */
export async function banAccount(tx: AccountTransaction, userId: string, { until, reason }: Ban): Promise<void> {
  await tx
    .update(users)
    .set({ bannedAt: sql`now()`, bannedUntil: until ?? null, banReason: reason })
    .where(eq(users.id, userId))
  await endHeldLogins(tx, userId)
  for (const kind of ['console', 'impersonation'] as const) await endSessions(tx, userId, { reason: 'banned', kind })
}

/** Afterwards the account is not banned; says whether it was. */
export async function unbanAccount(tx: Transaction, userId: string): Promise<boolean> {
  const freed = await tx
    .update(users)
    .set({ bannedAt: null, bannedUntil: null, banReason: null })
    .where(and(eq(users.id, userId), isBanned))
    .returning({ id: users.id })
  return freed.length > 0
}
