import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { users } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import { confirmResetDelivery, type ResetDeliveryRefusal } from '../mail/confirm.ts'
import { limitMails } from '../mail/limit.ts'
import { queueMail, queueProbe } from '../mail/outbox.ts'
import { issueMailedToken, supersedeUserTokens } from '../tokens/issue.ts'
import { mailedLink } from '../tokens/link.ts'
import { audit } from '../users/audit.ts'
import { emailKey } from '../users/email.ts'

/** Afterwards the owner of an account with that address has been mailed a link; the answer is the same without one. */
export async function forgotPassword(
  ctx: Context<'rate_limit:exceeded' | ResetDeliveryRefusal>,
  { email, client }: { readonly email: string; readonly client: Client },
): Promise<void> {
  const key = emailKey(email)
  await limitMails(ctx, 'password_reset', key)
  const mailId = await transaction(ctx.pool, async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.emailKey, key)).for('no key update')
    if (user === undefined) return queueProbe(tx, ctx, email)
    await audit(tx, { type: 'password_reset_requested', userId: user.id, client })
    return queueResetMail(tx, ctx, user)
  })
  await confirmResetDelivery(ctx, mailId)
}

async function queueResetMail(tx: Transaction, ctx: Context<never>, user: typeof users.$inferSelect): Promise<string> {
  const { id: userId, email: to, emailKey: addressKey } = user
  const ttlSeconds = ctx.config.passwordResetTtlSeconds
  if (user.passwordHash === null) {
    const content = { template: 'no_password_notice' as const, to }
    return queueMail(tx, ctx, { content, tokenId: null, userId, ttlSeconds })
  }
  await supersedeUserTokens(tx, userId, ['password_reset'])
  const token = await issueMailedToken(tx, { purpose: 'password_reset', userId, addressKey, ttlSeconds })
  const content = {
    template: 'password_reset' as const,
    to,
    link: mailedLink(ctx.config, 'reset-password', token.text),
  }
  return queueMail(tx, ctx, { content, tokenId: token.id, ttlSeconds })
}
