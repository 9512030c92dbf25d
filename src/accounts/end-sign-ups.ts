import { eq } from 'drizzle-orm'
import { signUps } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { supersedeSignUpTokens } from '../mailed-tokens/issue.ts'

/**
 * Ends a sign-up by mail that waits for this address, since a provider or the mailbox has now vouched for the address;
 * its handle becomes free.
 */
export async function endSignUpsOf(tx: Transaction, addressKey: string): Promise<void> {
  const ended = await tx.delete(signUps).where(eq(signUps.emailKey, addressKey)).returning({ id: signUps.id })
  for (const { id } of ended) await supersedeSignUpTokens(tx, id)
}
