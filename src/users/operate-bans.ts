import { eq, sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import type { AccountTransaction } from '../sessions/change-accounts.ts'
import { endHeldLogins } from '../sessions/hold-login.ts'
import { audit } from './audit.ts'
import { isBanned } from './banned.ts'

type Term = { readonly until?: Date | undefined; readonly reason?: string | undefined }

const ofOperator = 'by the operator'

/** Afterwards the account is banned anew, whatever it was before, with this end and reason. By the operator, who needs no role. */
export async function banByOperator(
  tx: AccountTransaction,
  userId: string,
  { until, reason = ofOperator }: Term,
): Promise<string> {
  await tx
    .update(users)
    .set({ bannedAt: sql`now()`, bannedUntil: until ?? null, banReason: reason })
    .where(eq(users.id, userId))
  await endHeldLogins(tx, userId)
  tx.forget(userId)
  const expiry = until && { expires_at: until.toISOString() }
  await audit(tx, { type: 'banned', userId, client: undefined, metadata: { by: 'operator', reason, ...expiry } })
  return `The account is banned ${until ? `until ${until.toISOString()}` : 'for good'}: ${reason}.`
}

/** Afterwards the account may do what it could before. */
export async function unbanByOperator(tx: AccountTransaction, userId: string): Promise<string> {
  const freed = await tx
    .update(users)
    .set({ bannedAt: null, bannedUntil: null, banReason: null })
    .where(sql`${users.id} = ${userId} and ${isBanned}`)
    .returning({ id: users.id })
  if (freed.length === 0) return 'The account is not banned.'
  tx.forget(userId)
  await audit(tx, { type: 'unbanned', userId, client: undefined, metadata: { by: 'operator' } })
  return 'The account is banned no more.'
}
