import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { invitations } from '../db/schema/invitations.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { oauthSignUps } from '../db/schema/oauth.ts'
import { sessions } from '../db/schema/sessions.ts'
import { signUps, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { supersedeSignUpTokens } from '../mailed-tokens/issue.ts'
import { eraseAttempts } from '../throttling/attempts.ts'
import { personalTables } from './all-rows.ts'
import { dropImage } from './drop-image.ts'

/**
 * Afterwards nothing personal is left of the account, and nothing opens it. Its address is free; id, handle and the
 * times of its events stay, so that nobody else ever gets the handle [DA2].
 */
export async function eraseAccount(
  deps: Pick<Deps, 'jobs' | 'searchIndex'>,
  tx: AccountTransaction,
  userId: string,
): Promise<void> {
  const [user] = await tx
    .select({ email: users.email, emailKey: users.emailKey })
    .from(users)
    .where(eq(users.id, userId))
    .for('update')
  if (user === undefined) return
  await endSessions(tx, userId, { reason: 'deleted' })
  await tx.update(sessions).set({ userAgent: null, ipAddress: null }).where(eq(sessions.userId, userId))
  await eraseAttempts(tx, userId)
  await eraseSignUps(tx, user)
  await eraseOwnSignUp(tx, userId)
  await dropImage(deps, tx, { userId })
  for (const table of personalTables) await tx.delete(table).where(eq(table.userId, userId))
  await tx
    .update(users)
    .set({
      email: '',
      // Not an address, so that deleted accounts do not collide and no look-up finds them.
      emailKey: `deleted:${userId}`,
      displayName: '',
      bio: null,
      locale: null,
      timeZone: null,
      profileImage: null,
      bannerImage: null,
      passwordHash: null,
      passwordVersion: sql`${users.passwordVersion} + 1`,
      breachCheckedVersion: null,
      totpEnabledAt: null,
      passkeyHandle: null,
      passkeys: 0,
      bannedAt: null,
      bannedUntil: null,
      banReason: null,
      deletedAt: sql`now()`,
    })
    .where(eq(users.id, userId))
  await tx.execute(sql`select erase_security_events(${userId})`)
  await deps.searchIndex.noteChange(tx, userId)
}

/** Erases all sign-ups and invitations with the address, even those of other people, as they name it. */
async function eraseSignUps(tx: Transaction, { email, emailKey }: { email: string; emailKey: string }): Promise<void> {
  const ended = await tx.delete(signUps).where(eq(signUps.emailKey, emailKey)).returning({ id: signUps.id })
  for (const { id } of ended) await supersedeSignUpTokens(tx, id)
  // Only links of sign-ups: another link with the same address key may belong to another account.
  await tx.delete(mailedTokens).where(and(eq(mailedTokens.addressKey, emailKey), isNull(mailedTokens.userId)))
  await tx.delete(invitations).where(and(eq(invitations.emailKey, emailKey), isNull(invitations.userId)))
  await tx.delete(oauthSignUps).where(sql`lower(${oauthSignUps.email}) = lower(${email})`)
}

/**
 * Erases the links of the sign-up that became this account: one of them names the account, and all hold its first
 * address.
 */
async function eraseOwnSignUp(tx: Transaction, userId: string): Promise<void> {
  const own = tx.select({ id: mailedTokens.signUpId }).from(mailedTokens).where(eq(mailedTokens.userId, userId))
  await tx.delete(mailedTokens).where(inArray(mailedTokens.signUpId, own))
}
