import { and, eq, isNull, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { type MailDeps, queueMail } from '../mail/outbox.ts'
import type { Inquiry } from '../mail/queue-inquiry.ts'
import { domainOfPages, mailedLink } from '../mailed-tokens/link.ts'
import { digitsOf, linkOf } from '../mailed-tokens/pair.ts'
import { emailKey } from '../text/email.ts'

/**
 * Afterwards the pair is of the account with that address, and link and digits are on their way to its owner. Says
 * whether there is one.
 */
export async function mailSignInCode(
  tx: Transaction,
  deps: MailDeps,
  { email, client, tokenId }: Inquiry,
): Promise<boolean> {
  if (tokenId === undefined) return false
  const [user] = await tx
    .select({ id: users.id, email: users.email })
    .from(users)
    .where(eq(users.emailKey, emailKey(email)))
    .for('no key update')
  if (user === undefined) return false
  const pair = await givePair(tx, tokenId, user.id)
  // Used, or void since a change of the account, while its mail waited.
  if (pair === undefined) return true
  await audit(tx, { type: 'email_sign_in_requested', userId: user.id, client })
  const content = {
    template: 'sign_in_code',
    to: user.email,
    digits: digitsOf(deps.keyring, pair),
    link: mailedLink(deps.config, 'email-sign-in', linkOf(deps.keyring, pair).text),
    domain: domainOfPages(deps.config),
    minutes: Math.max(1, Math.round(pair.secondsLeft / 60)),
    userAgent: client.userAgent,
    ipAddress: client.address,
  } as const
  await queueMail(tx, deps, { content, tokenId: pair.id, ttlSeconds: pair.secondsLeft, client })
  return true
}

async function givePair(tx: Transaction, id: string, userId: string) {
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
        sql`coalesce(${mailedTokens.userId} = ${userId}, true)`,
      ),
    )
    .returning({
      id: mailedTokens.id,
      keyId: mailedTokens.codeKeyId,
      secondsLeft: sql<number>`ceil(extract(epoch from ${mailedTokens.expiresAt} - now()))::integer`,
    })
  return given && given.keyId !== null ? { ...given, keyId: given.keyId } : undefined
}
