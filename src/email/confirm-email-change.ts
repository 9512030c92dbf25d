import { and, eq, gt, inArray, lt, lte, max, min } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { violatesUnique } from '../db/failure.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { notifyOwner, queueNotice } from '../mail/outbox.ts'
import { issueMailedToken, supersedeUserTokens } from '../mailed-tokens/issue.ts'
import { mailedLink } from '../mailed-tokens/link.ts'
import { takeMailedToken } from '../mailed-tokens/take.ts'
import { emailKey } from '../text/email.ts'

export const confirmEmailChangeRefusals = [
  'token:invalid_email_change',
  'token:email_mismatch',
  'user:email_already_exists',
] as const

type ConfirmEmailChangeRefusal = (typeof confirmEmailChangeRefusals)[number]

type Proof = { readonly token: string; readonly email?: string | undefined; readonly client: Caller }

/** Afterwards the account has the new address and no session; the old address holds a link that undoes it [EM4]. */
export function confirmEmailChange(
  ctx: Context<ConfirmEmailChangeRefusal>,
  { token, email, client }: Proof,
): Promise<void> {
  return changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, {
      token,
      purpose: 'email_change',
      addressKey: email === undefined ? undefined : emailKey(email),
    })
    if (taken === 'mismatch') throw ctx.fault('token:email_mismatch')
    if (typeof taken === 'string') throw ctx.fault('token:invalid_email_change')
    const { userId, address, usedAt } = taken
    if (userId === null || address === null || usedAt === null) throw ctx.fault('token:invalid_email_change')
    const oldEmail = await giveAddress(ctx, tx, userId, address)
    await supersedeUserTokens(tx, userId, ['email_change', 'password_reset'])
    await endHeldLogins(tx, userId)
    await endSessions(tx, userId, { reason: 'email_changed' })
    await audit(tx, { type: 'email_changed', userId, client })
    const since = await firstAskedAt(tx, userId, usedAt)
    await queueNotices(tx, ctx, { userId, oldEmail, newEmail: address, since })
  })
}

/**
 * Afterwards the account has the address; gives its former address. Refuses if another account took the address first.
 */
export async function giveAddress(
  ctx: Context<'token:invalid_email_change' | 'user:email_already_exists'>,
  tx: AccountTransaction,
  userId: string,
  address: string,
): Promise<string> {
  const [user] = await tx.select({ email: users.email }).from(users).where(eq(users.id, userId)).for('update')
  if (user === undefined) throw ctx.fault('token:invalid_email_change')
  tx.forget(userId)
  try {
    await tx
      .update(users)
      .set({ email: address, emailKey: emailKey(address) })
      .where(eq(users.id, userId))
  } catch (error) {
    if (violatesUnique(error, 'users_email_key_unique')) throw ctx.fault('user:email_already_exists', { cause: error })
    throw error
  }
  return user.email
}

/**
 * When the address change of that moment was first asked for, since the address last changed or was given back. Counted
 * from the latest request, an attacker who asks twice would keep what they added in between [AT7].
 */
export async function firstAskedAt(tx: Transaction, userId: string, changedAt: Date): Promise<Date> {
  const isTheirs = eq(mailedTokens.userId, userId)
  const [last] = await tx
    .select({ usedAt: max(mailedTokens.usedAt) })
    .from(mailedTokens)
    .where(
      and(isTheirs, inArray(mailedTokens.purpose, ['email_change', 'email_undo']), lt(mailedTokens.usedAt, changedAt)),
    )
  const isLater = last?.usedAt ? gt(mailedTokens.createdAt, last.usedAt) : undefined
  const isBefore = lte(mailedTokens.createdAt, changedAt)
  const [first] = await tx
    .select({ askedAt: min(mailedTokens.createdAt) })
    .from(mailedTokens)
    .where(and(isTheirs, eq(mailedTokens.purpose, 'email_change'), isLater, isBefore))
  return first?.askedAt ?? changedAt
}

type Change = {
  readonly userId: string
  readonly oldEmail: string
  readonly newEmail: string
  readonly since: Date
}

async function queueNotices(
  tx: Transaction,
  ctx: Context<never>,
  { userId, oldEmail, newEmail, since }: Change,
): Promise<void> {
  const ttlSeconds = ctx.config.emailUndoTtlSeconds
  const undo = await issueMailedToken(tx, {
    purpose: 'email_undo',
    userId,
    addressKey: emailKey(oldEmail),
    address: oldEmail,
    since,
    ttlSeconds,
  })
  const link = mailedLink(ctx.config, 'undo-email-change', undo.text)
  const toOld = { template: 'email_changed_old' as const, to: oldEmail, link }
  await queueNotice(tx, ctx, { content: toOld, tokenId: undo.id, ttlSeconds })
  await notifyOwner(tx, ctx, { id: userId, email: newEmail }, { template: 'email_changed_new' })
}
