import type { Context } from '../context.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import { confirmDelivery, type DeliveryRefusal } from '../mail/confirm.ts'
import { limitMails } from '../mail/limit.ts'
import { audit } from '../users/audit.ts'
import { changeAccounts } from './change-accounts.ts'
import { holdLogin } from './hold-login.ts'
import type { Shown } from './methods.ts'
import { type LockedAccount, lockAccount, openSession } from './open.ts'
import type { LoginOutcome } from './reply.ts'

type SigningIn = {
  readonly user: { readonly id: string; readonly email: string; readonly emailKey: string }
  /** The account's device that asks, where it is known. */
  readonly deviceId: string | null
  readonly rememberMe: boolean
  readonly shown: Shown
  readonly client: Client
}

/** Takes what proved who signs in, in the transaction of what that opens and under the account's lock, and refuses where it was taken or changed meanwhile. */
export type Claim = (tx: Transaction, account: LockedAccount | undefined) => Promise<void>

/**
 * The last step of every way in, after its last proof: afterwards there is a session, or a login that waits for the link mailed to its owner,
 * as this device is new.
 */
export async function signIn(
  ctx: Context<'rate_limit:exceeded' | DeliveryRefusal>,
  { user, deviceId, rememberMe, shown, client }: SigningIn,
  claim: Claim,
): Promise<LoginOutcome> {
  if (deviceId === null) {
    await limitMails(ctx, 'device_verify', user.emailKey)
    const mailId = await transaction(ctx.pool, async (tx) => {
      await claim(tx, await lockAccount(tx, user.id))
      return holdLogin(tx, ctx, { user, rememberMe, shown, client })
    })
    await confirmDelivery(ctx, mailId, client)
    return { next: 'device' }
  }
  const session = await changeAccounts(ctx, async (tx) => {
    await claim(tx, await lockAccount(tx, user.id))
    await audit(tx, { type: 'login_succeeded', userId: user.id, client })
    const { methods } = shown
    return openSession(tx, ctx.config, { userId: user.id, deviceId, rememberMe, methods, client })
  })
  return { next: 'session', session }
}
