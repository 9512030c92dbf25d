import { and, eq, isNull, or, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { type MailDeps, queueMail } from '../mail/outbox.ts'
import type { StoredInquiry } from '../mail/queue-inquiry.ts'
import { isKept } from '../mailed-tokens/kept-address.ts'
import { domainOfPages, mailedLink } from '../mailed-tokens/link.ts'
import { digitsOf, linkOf } from '../mailed-tokens/pair.ts'
import { emailKey } from '../text/email.ts'

/**
 * Afterwards the pair belongs to the account with that address, if there is one, and link and digits are on their way.
 * Returns false if the address can neither sign in nor sign up, so that no such mail goes to it.
 */
export async function mailSignInCode(
  tx: Transaction,
  deps: MailDeps,
  { email, client, tokenId, maySignUp = true }: StoredInquiry,
): Promise<boolean> {
  if (tokenId === undefined) return false
  const addressKey = emailKey(email)
  const [user] = await tx
    .select({ id: users.id, email: users.email })
    .from(users)
    .where(eq(users.emailKey, addressKey))
    .for('no key update')
  const isNew = user === undefined
  const mayBecome = deps.config.emailSignUp === 'on' && maySignUp
  if (isNew && (!mayBecome || (await isKept(tx, addressKey)))) return false
  const pair = await givePair(tx, tokenId, user?.id ?? null)
  // The pair was used, expired, or became void by a change of the account, while its mail waited.
  if (pair === undefined) return true
  if (user) await audit(tx, { type: 'email_sign_in_requested', userId: user.id, client })
  const { config, keyring } = deps
  const content = {
    template: 'sign_in_code',
    to: user?.email ?? email,
    isNew,
    ...(config.mailCodes.includes('sign_in') && { digits: digitsOf(deps, pair), domain: domainOfPages(config) }),
    link: mailedLink(config, 'email-sign-in', linkOf(keyring, pair).text),
    minutes: Math.max(1, Math.round(pair.secondsLeft / 60)),
    userAgent: client.userAgent,
    ipAddress: client.address,
  } as const
  await queueMail(tx, deps, { content, tokenId: pair.id, ttlSeconds: pair.secondsLeft, client })
  return true
}

async function givePair(tx: Transaction, id: string, userId: string | null) {
  const [given] = await tx
    .update(mailedTokens)
    .set({ userId })
    .where(
      and(
        eq(mailedTokens.id, id),
        eq(mailedTokens.purpose, 'sign_in'),
        isNull(mailedTokens.usedAt),
        isNull(mailedTokens.supersededAt),
        sql`${mailedTokens.expiresAt} > now()`,
        or(isNull(mailedTokens.userId), sql`${mailedTokens.userId} = ${userId}::uuid`),
      ),
    )
    .returning({
      id: mailedTokens.id,
      keyId: mailedTokens.codeKeyId,
      addressKey: mailedTokens.addressKey,
      secondsLeft: sql<number>`ceil(extract(epoch from ${mailedTokens.expiresAt} - now()))::integer`,
    })
  return given && given.keyId !== null ? { ...given, keyId: given.keyId } : undefined
}
