import type { Context } from '../context.ts'
import { dropConnection } from '../oauth/unlink.ts'
import { dropPasskey } from '../passkeys/delete.ts'
import { administer, administerRefusals, type Order } from '../sign-in/administer.ts'
import { getLocked } from '../sign-in/lock-account.ts'

export const deleteUserPasskeyRefusals = [
  ...administerRefusals,
  'system:not_found',
  'passkey:last_login_method',
] as const

type DeleteUserPasskeyRefusal = (typeof deleteUserPasskeyRefusals)[number]

export const unlinkUserRefusals = [
  ...administerRefusals,
  'system:not_found',
  'oauth:cannot_unlink_last_connection',
] as const

type UnlinkUserRefusal = (typeof unlinkUserRefusals)[number]

/** Afterwards the passkey opens nothing, and what it had opened has ended. The last working way in stays [TK7]. */
export const deleteUserPasskey = (
  ctx: Context<DeleteUserPasskeyRefusal>,
  order: Order,
  passkeyId: string,
): Promise<void> =>
  administer(ctx, order, {
    action: 'user:delete_passkey',
    event: 'passkey_deleted',
    metadata: { passkey: passkeyId },
    change: async (tx, target) => dropPasskey(ctx, tx, { account: await getLocked(tx, target.id), passkeyId }),
  })

/** Afterwards that provider no longer opens the account. The last working way in stays [TK7 FD7]. */
export const unlinkUser = (ctx: Context<UnlinkUserRefusal>, order: Order, slug: string): Promise<void> =>
  administer(ctx, order, {
    action: 'user:unlink',
    event: 'oauth_unlinked',
    metadata: { provider: slug },
    change: async (tx, target) => {
      const outcome = await dropConnection(tx, ctx, { account: await getLocked(tx, target.id), slug })
      if (outcome === 'none') throw ctx.fault('system:not_found')
      if (outcome === 'last') throw ctx.fault('oauth:cannot_unlink_last_connection')
    },
  })
