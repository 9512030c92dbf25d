import { eq } from 'drizzle-orm'
import { ownIssuers } from '../config/own-providers.ts'
import type { Context } from '../context.ts'
import { users } from '../db/schema/users.ts'
import { confirmResetDelivery, resetDeliveryRefusals } from '../mail/confirm.ts'
import { mailResetTo } from '../password/forgot.ts'
import { administer, administerRefusals, type Order } from '../sign-in/administer.ts'
import { resetSecondFactor } from '../sign-in/reset-second-factor.ts'
import { limitMails } from '../throttling/mails.ts'

export const mailUserResetRefusals = [...administerRefusals, 'rate_limit:exceeded', ...resetDeliveryRefusals] as const

type MailUserResetRefusal = (typeof mailUserResetRefusals)[number]

/** Afterwards the owner is mailed what forgot-password would mail; nothing else has changed [AZ5]. */
export async function mailUserReset(ctx: Context<MailUserResetRefusal>, order: Order): Promise<void> {
  const { userId, client } = order
  const [found] = await ctx.db.select({ key: users.emailKey }).from(users).where(eq(users.id, userId))
  if (found === undefined) throw ctx.fault('user:not_found')
  await limitMails(ctx, 'password_reset', found.key)
  const mailId = await administer(ctx, order, {
    action: 'user:reset_password',
    event: 'password_reset_requested',
    change: async (tx, target) => {
      const [owner] = await tx.select().from(users).where(eq(users.id, target.id))
      if (owner === undefined) throw new Error('an account is gone while its row was locked')
      return mailResetTo(tx, ctx, owner, { client, ownIssuers: ownIssuers(ctx.config) })
    },
  })
  await confirmResetDelivery(ctx, mailId, client)
}

export const resetUserSecondFactorRefusals = [...administerRefusals, 'totp:not_enabled'] as const

type ResetUserSecondFactorRefusal = (typeof resetUserSecondFactorRefusals)[number]

/**
 * Afterwards no sign-in asks for a second factor, nobody is signed in, and the owner is told. Passkeys, which are a way
 * in as well, go only if the order says so.
 */
export const resetUserSecondFactor = (
  ctx: Context<ResetUserSecondFactorRefusal>,
  order: Order,
  { passkeys }: { readonly passkeys: boolean },
): Promise<void> =>
  administer(ctx, order, {
    action: 'user:reset_second_factor',
    event: 'second_factor_reset',
    metadata: { passkeys: String(passkeys) },
    change: async (tx, user) => {
      const removed = await resetSecondFactor(tx, ctx, { user, passkeys, by: 'administrator' })
      if (removed.length === 0) throw ctx.fault('totp:not_enabled')
    },
  })
