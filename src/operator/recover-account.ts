import { randomBytes } from 'node:crypto'
import { and, asc, eq, gt } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { Config } from '../config/config.ts'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { violatesUnique } from '../db/failure.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { users } from '../db/schema/users.ts'
import { loadArgon2 } from '../hashing/argon2.ts'
import type { MailDeps } from '../mail/outbox.ts'
import { sourceLanguage } from '../messages/language.ts'
import { wordsOf } from '../messages/words.ts'
import { OperatorError } from '../sign-in/operator-error.ts'
import { nameRemoved } from '../sign-in/removed.ts'
import { takeBack } from '../sign-in/take-back.ts'
import { emailKey } from '../text/email.ts'

/** How far back take-back reaches without --since: seven days, the default of EMAIL_UNDO_TTL_SECONDS. */
export const usualReachMs = 7 * 86_400_000

type User = typeof users.$inferSelect

const byOperator = { client: undefined, metadata: { by: 'operator' } } as const

/**
 * Afterwards the account has the address of that moment, what was added since is removed, and a link to set a new
 * password is queued: the operator's way to give a taken-over account back to its owner [AT7].
 */
export async function recoverAccount(tx: AccountTransaction, deps: MailDeps, user: User, since: Date): Promise<string> {
  const address = await restoreAddress(tx, user, since)
  const unknownHash = await hashUnknown(deps.config)
  const removed = await takeBack(tx, deps, { userId: user.id, since, unknownHash, by: 'operator', client: undefined })
  await audit(tx, { type: 'session_revoked', userId: user.id, ...byOperator })
  const english = wordsOf(sourceLanguage())
  const what = removed.map((one) => nameRemoved(english, one)).join('; ') || 'nothing'
  return (
    `Removed, counted from ${since.toISOString()}: ${what}.\nThe password no longer works; a link to set ` +
    `a new one is mailed to ${address}.`
  )
}

/** The hash of a random password that is thrown away. */
async function hashUnknown({ argon2MemoryKib: memoryKib, argon2TimeCost: timeCost }: Config): Promise<string> {
  // Loaded only here, because it loads slowly and few commands hash anything.
  const argon2 = await loadArgon2()
  return argon2.hash(randomBytes(32).toString('base64url'), { memoryKib, timeCost })
}

/** Afterwards the account has the address that it had at that moment. Returns the address. */
async function restoreAddress(tx: AccountTransaction, user: User, since: Date): Promise<string> {
  const [changed] = await tx
    .select({ address: mailedTokens.address })
    .from(mailedTokens)
    .where(
      and(eq(mailedTokens.userId, user.id), eq(mailedTokens.purpose, 'email_undo'), gt(mailedTokens.createdAt, since)),
    )
    .orderBy(asc(mailedTokens.createdAt))
    .limit(1)
  const email = changed?.address ?? user.email
  if (email === user.email) return email
  try {
    await tx
      .update(users)
      .set({ email, emailKey: emailKey(email) })
      .where(eq(users.id, user.id))
  } catch (error) {
    if (!violatesUnique(error, 'users_email_key_unique')) throw error
    throw new OperatorError(`Its address was ${email}, which another account has by now: nothing was changed.`)
  }
  await audit(tx, { type: 'email_change_undone', userId: user.id, ...byOperator })
  return email
}
