import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { invitations } from '../db/schema/invitations.ts'
import type { Transaction } from '../db/transaction.ts'
import { supersedeSignUpTokens } from '../mailed-tokens/issue.ts'

export type Invitation = typeof invitations.$inferSelect

/** Neither accepted nor revoked; it may have expired. */
export const isOpen = (id: string): SQL | undefined =>
  and(eq(invitations.id, id), isNull(invitations.acceptedAt), isNull(invitations.revokedAt))

/** Afterwards its link makes no account. Returns whether it was open until now. */
export async function endInvitation(tx: Transaction, id: string): Promise<boolean> {
  await holdInvitation(tx, id)
  const ended = await tx
    .update(invitations)
    .set({ revokedAt: sql`now()` })
    .where(isOpen(id))
    .returning({ id: invitations.id })
  return ended.length > 0
}

/**
 * Afterwards its links are dead, and no other request changes it. First the account of whoever acts or invited, then
 * the links, then the row: everybody takes the locks in this order, also who accepts and who takes an account back, so
 * that nobody waits for somebody who waits for them.
 */
export async function holdInvitation(tx: Transaction, id: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`invitation ${id}`}, 0))`)
  await supersedeSignUpTokens(tx, id)
}
