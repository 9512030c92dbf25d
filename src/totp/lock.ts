import { eq } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'

/** Whether the account's TOTP is on, and that nobody switches it in the meantime. */
export async function lockTotp(tx: Transaction, userId: string): Promise<boolean> {
  const [user] = await tx
    .select({ enabledAt: users.totpEnabledAt })
    .from(users)
    .where(eq(users.id, userId))
    .for('no key update')
  return user !== undefined && user.enabledAt !== null
}
