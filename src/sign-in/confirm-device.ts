import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import type { Caller } from '../http/caller.ts'
import { takeMailedToken } from '../mailed-tokens/take.ts'
import { lockAccount } from './lock-account.ts'
import { openOnNewDevice } from './open-session.ts'

export const confirmDeviceRefusals = ['token:invalid_device_verify', 'FORBIDDEN'] as const

type ConfirmDeviceRefusal = (typeof confirmDeviceRefusals)[number]

type Proof = {
  readonly token: string
  /** Whose live session the posting browser holds. */
  readonly browserUserId: string | undefined
  readonly client: Caller
}

/** Afterwards the client that posted the link, and no other, is a known device of the account and has a session. */
export function confirmDevice(ctx: Context<ConfirmDeviceRefusal>, { token, browserUserId, client }: Proof) {
  return changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, { text: token, purpose: 'device_verify' })
    if (typeof taken === 'string' || taken.userId === null) throw ctx.fault('token:invalid_device_verify')
    const { userId, rememberMe } = taken
    const methods = [...taken.methods, 'mail'] as const
    if (browserUserId !== undefined && browserUserId !== userId) {
      throw ctx.fault('FORBIDDEN', { details: 'Sign out first: this browser holds a session of another account.' })
    }
    await lockAccount(tx, userId)
    await audit(tx, { type: 'login_succeeded', userId, client })
    return openOnNewDevice(tx, ctx.config, { userId, rememberMe, methods, client })
  })
}
