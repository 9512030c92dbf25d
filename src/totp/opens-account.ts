import { and, eq, gt, inArray, isNull } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { backupCodes, totpSecrets } from '../db/schema/totp.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { byRecovery, type From, type Opening } from '../sign-in/opening.ts'
import type { Removed } from '../sign-in/removed.ts'

export const totpOpenings: readonly Opening[] = [
  { table: totpSecrets, takeBack: takeBackTotp },
  { table: backupCodes, takeBack: takeBackBackupCodes },
]

/**
 * Keeps TOTP that was on before `since`. If newer TOTP replaced an older secret, that one is gone for good, and its
 * owner gets in by the mailbox alone.
 */
async function takeBackTotp(tx: Transaction, { userId, since, client }: From): Promise<Removed[]> {
  const wasYounger = await tx
    .update(users)
    .set({ totpEnabledAt: null })
    .where(and(eq(users.id, userId), gt(users.totpEnabledAt, since)))
    .returning({ id: users.id })
  const isOff = tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), isNull(users.totpEnabledAt)))
  // Also deletes a secret that waits for its first code.
  await tx.delete(totpSecrets).where(inArray(totpSecrets.userId, isOff))
  if (wasYounger.length === 0) return []
  await tx.delete(backupCodes).where(eq(backupCodes.userId, userId))
  await audit(tx, { type: 'totp_disabled', userId, client, metadata: byRecovery })
  return [{ what: 'totp' }]
}

async function takeBackBackupCodes(tx: Transaction, { userId, since }: From): Promise<Removed[]> {
  const removed = await tx
    .delete(backupCodes)
    .where(and(eq(backupCodes.userId, userId), gt(backupCodes.createdAt, since)))
    .returning({ id: backupCodes.id })
  return removed.length === 0 ? [] : [{ what: 'backup_codes' }]
}
