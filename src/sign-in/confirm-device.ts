import { audit } from '../accounts/history.ts'
import type { Digits, Link } from '../accounts/link-or-digits.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import type { Caller } from '../http/caller.ts'
import type { Home } from '../mailed-tokens/find-pair.ts'
import { digitRefusals, proveDigits } from '../mailed-tokens/prove-digits.ts'
import { takeMailedToken } from '../mailed-tokens/take.ts'
import { lockAccount } from './lock-account.ts'
import { openOnNewDevice } from './open-session.ts'

export const confirmDeviceRefusals = [...digitRefusals, 'token:invalid_device_verify', 'FORBIDDEN'] as const

type ConfirmDeviceRefusal = (typeof confirmDeviceRefusals)[number]

type Proof = {
  readonly shown: Link | Digits
  readonly home: Home
  /** The user whose live session the posting browser has. */
  readonly browserUserId: string | undefined
  readonly client: Caller
}

/** Afterwards the client that posted the link or the digits, and no other, is a known device and has a session. */
export async function confirmDevice(ctx: Context<ConfirmDeviceRefusal>, proof: Proof) {
  const { shown, browserUserId, client } = proof
  const isLink = 'token' in shown
  const token = isLink ? shown.token : { id: await findByDigits(ctx, shown, proof) }
  return changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, { token, purpose: 'device_verify' })
    if (typeof taken === 'string' || taken.userId === null)
      throw ctx.fault(isLink ? 'token:invalid_device_verify' : 'email:invalid_code_token')
    const { userId, rememberMe } = taken
    const methods = [...taken.methods, 'mail'] as const
    refuseOther(ctx, userId, browserUserId)
    await lockAccount(tx, userId)
    await audit(tx, { type: 'login_succeeded', userId, client })
    return openOnNewDevice(tx, ctx.config, { userId, rememberMe, methods, client })
  })
}

async function findByDigits(
  ctx: Context<ConfirmDeviceRefusal>,
  digits: Digits,
  { home, browserUserId, client }: Proof,
): Promise<string> {
  const { token, endCount } = await proveDigits(ctx, {
    ...digits,
    purpose: 'device_verify',
    home,
    client,
    mayTry: ({ owner }) => refuseOther(ctx, owner?.id, browserUserId),
  })
  await endCount(ctx.db)
  return token.id
}

function refuseOther(ctx: Context<'FORBIDDEN'>, userId: string | undefined, browserUserId: string | undefined): void {
  if (browserUserId === undefined || browserUserId === userId) return
  throw ctx.fault('FORBIDDEN', { details: 'Sign out first: this browser holds a session of another account.' })
}
