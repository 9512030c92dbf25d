import { banAccount, unbanAccount } from '../accounts/ban-account.ts'
import type { Context } from '../context.ts'
import { administer, administerRefusals, type Order } from '../sign-in/administer.ts'

export const banRefusals = [...administerRefusals, 'user:already_banned'] as const

type BanRefusal = (typeof banRefusals)[number]

export const unbanRefusals = [...administerRefusals, 'user:not_banned'] as const

type UnbanRefusal = (typeof unbanRefusals)[number]

/**
 * Afterwards the account may only look at itself, export its data and delete itself, until the given time or for good.
 * This holds from its next request on.
 */
export const ban = (ctx: Context<BanRefusal>, order: Order, expiresAt: Date | undefined): Promise<void> =>
  administer(ctx, order, {
    action: 'user:ban',
    event: 'banned',
    ...(expiresAt && { metadata: { expires_at: expiresAt.toISOString() } }),
    change: async (tx, target) => {
      if (target.isBanned) throw ctx.fault('user:already_banned')
      await banAccount(tx, target.id, { until: expiresAt, reason: order.reason })
    },
  })

/** Afterwards the account may do what it could before the ban. */
export const unban = (ctx: Context<UnbanRefusal>, order: Order): Promise<void> =>
  administer(ctx, order, {
    action: 'user:unban',
    event: 'unbanned',
    change: async (tx, target) => {
      if (!(await unbanAccount(tx, target.id))) throw ctx.fault('user:not_banned')
    },
  })
