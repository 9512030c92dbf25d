import { and, eq } from 'drizzle-orm'
import { accountAttempts, admitAttempt, clearAttempts } from '../auth/failed-attempts.ts'
import type { Context } from '../context.ts'
import { users } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import { confirmDelivery, type DeliveryRefusal } from '../mail/confirm.ts'
import { limitMails } from '../mail/limit.ts'
import { queueMail, queueNotice } from '../mail/outbox.ts'
import { isPasswordRight } from '../password/secret.ts'
import type { SignedIn } from '../sessions/resolve.ts'
import { audit } from '../users/audit.ts'
import { emailKey } from '../users/email.ts'
import { issueMailedToken, supersedeUserTokens } from './issue.ts'
import { mailedLink } from './link.ts'

type Refusal =
  | 'general:validation_error'
  | 'password:incorrect'
  | 'user:email_already_exists'
  | 'rate_limit:exceeded'
  | 'system:hashing_error'
  | DeliveryRefusal

type Wish = { readonly password: string; readonly newEmail: string; readonly client: Client }

/** Afterwards a link waits in the new mailbox and a notice in the old one; the account's address is as it was. */
export async function changeEmail(ctx: Context<Refusal>, { user, deviceId }: SignedIn, wish: Wish): Promise<void> {
  const { newEmail, client } = wish
  const newKey = emailKey(newEmail)
  if (newKey === emailKey(user.email)) {
    throw ctx.fault('general:validation_error', { fields: [{ path: '/new_email', rule: 'unchanged' }] })
  }
  await limitChanges(ctx, user.id)
  const attempts = accountAttempts(user.id, deviceId)
  await admitAttempt(ctx, attempts)
  const [account] = await ctx.db.select().from(users).where(eq(users.id, user.id))
  const isRight = await isPasswordRight(ctx, account?.passwordHash ?? undefined, wish.password)
  if (!(account && isRight)) throw ctx.fault('password:incorrect')
  await clearAttempts(ctx.db, attempts)
  await limitMails(ctx, 'email_change', newKey)

  const mailId = await transaction(ctx.pool, async (tx) => {
    // The password that was proven must still be the account's, or its change would not void this link.
    const isUnchanged = and(eq(users.id, user.id), eq(users.passwordVersion, account.passwordVersion))
    const [claimed] = await tx.select().from(users).where(isUnchanged).for('no key update')
    if (claimed === undefined) throw ctx.fault('password:incorrect')
    const [taken] = await tx.select({ id: users.id }).from(users).where(eq(users.emailKey, newKey))
    if (taken) throw ctx.fault('user:email_already_exists')
    await audit(tx, { type: 'email_change_requested', userId: user.id, client })
    return queueChangeMails(tx, ctx, { userId: user.id, oldEmail: claimed.email, newEmail })
  })
  await confirmDelivery(ctx, mailId)
}

type Change = { readonly userId: string; readonly oldEmail: string; readonly newEmail: string }

async function queueChangeMails(tx: Transaction, ctx: Context<never>, change: Change): Promise<string> {
  const { userId, oldEmail, newEmail } = change
  const ttlSeconds = ctx.config.emailChangeTtlSeconds
  await supersedeUserTokens(tx, userId, ['email_change'])
  const addressKey = emailKey(newEmail)
  const token = await issueMailedToken(tx, {
    purpose: 'email_change',
    userId,
    addressKey,
    address: newEmail,
    ttlSeconds,
  })
  const notice = { template: 'email_change_requested' as const, to: oldEmail }
  await queueNotice(tx, ctx, { content: notice, tokenId: null, ttlSeconds })
  const link = mailedLink(ctx.config, 'confirm-email-change', token.text)
  return queueMail(tx, ctx, {
    content: { template: 'email_change', to: newEmail, link },
    tokenId: token.id,
    ttlSeconds,
  })
}

const changesADay = 5
const daySeconds = 86_400

async function limitChanges(ctx: Context<'rate_limit:exceeded'>, userId: string): Promise<void> {
  const { rateLimits } = ctx.config
  if (rateLimits === 'off') return
  const [tally] = await ctx.sharedCounter.hit([{ key: `change-email:${userId}`, windowSeconds: daySeconds }])
  if (tally === undefined || tally.count <= Math.max(1, Math.round(changesADay * rateLimits))) return
  throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds: tally.resetsInSeconds })
}
