import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { supersedeUserTokens } from '../mailed-tokens/issue.ts'

/** Afterwards nobody is signed in to the account, and nobody is about to be. */
export async function endAccess(tx: AccountTransaction, userId: string): Promise<void> {
  await endSessions(tx, userId, { reason: 'revoked' })
  await endHeldLogins(tx, userId)
  // Whoever was in a session may have asked for another address, which would open the account for good [AT7].
  await supersedeUserTokens(tx, userId, ['email_change'])
}
