import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import type { ResetDeliveryRefusal } from '../mail/confirm.ts'
import { type Inquiry, inquire } from '../mail/inquiry.ts'
import { type MailDeps, queueMail } from '../mail/outbox.ts'
import { issueMailedToken, supersedeUserTokens } from '../tokens/issue.ts'
import { mailedLink } from '../tokens/link.ts'
import { audit } from '../users/audit.ts'
import { emailKey } from '../users/email.ts'

/** Afterwards the worker looks whose address it is; the answer is the same for every address. */
export const forgotPassword = (
  ctx: Context<'rate_limit:exceeded' | ResetDeliveryRefusal>,
  { email, client }: { readonly email: string; readonly client: Client },
): Promise<void> =>
  inquire(ctx, { purpose: 'password_reset', email, client }, 'worker:password_reset_email_send_failed')

/** Afterwards a link is on its way to the owner of an account with that address, or a word that it has no password. Says whether there is one. */
export async function mailReset(tx: Transaction, deps: MailDeps, { email, client }: Inquiry): Promise<boolean> {
  const [user] = await tx
    .select()
    .from(users)
    .where(eq(users.emailKey, emailKey(email)))
    .for('no key update')
  if (user === undefined) return false
  const { id: userId, email: to, emailKey: addressKey } = user
  await audit(tx, { type: 'password_reset_requested', userId, client })
  const ttlSeconds = deps.config.passwordResetTtlSeconds
  if (user.passwordHash === null) {
    const content = { template: 'no_password_notice' as const, to }
    await queueMail(tx, deps, { content, tokenId: null, userId, ttlSeconds, client })
    return true
  }
  await supersedeUserTokens(tx, userId, ['password_reset'])
  const token = await issueMailedToken(tx, { purpose: 'password_reset', userId, addressKey, ttlSeconds })
  const link = mailedLink(deps.config, 'reset-password', token.text)
  const content = { template: 'password_reset' as const, to, link }
  await queueMail(tx, deps, { content, tokenId: token.id, ttlSeconds, client })
  return true
}
