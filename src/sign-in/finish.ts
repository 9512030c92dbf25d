import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { type Shown, showsSecondStep } from '../credentials/methods.ts'
import { type Transaction, together, transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { confirmDelivery, type DeliveryRefusal } from '../mail/confirm.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { describeStarted } from '../mailed-tokens/started.ts'
import { limitMails } from '../throttling/mails.ts'
import type { FactorName } from './factors.ts'
import { holdLogin } from './hold.ts'
import { type LockedAccount, lockAccount } from './lock-account.ts'
import { openOnNewDevice, openSession } from './open-session.ts'
import type { DeviceOutcome, SessionOutcome } from './reply.ts'

export type SigningIn = {
  readonly user: { readonly id: string; readonly email: string; readonly emailKey: string }
  /** The device that asks, if the account knows it. */
  readonly deviceId: string | null
  readonly rememberMe: boolean
  readonly shown: Shown
  readonly client: Caller
}

/**
 * Uses up the proof of a sign-in, in the transaction of what the proof opens and under the account's lock. Refuses if
 * the proof was used or became void meanwhile.
 */
export type Claim = (tx: Transaction, account: LockedAccount | undefined) => Promise<void>

/** A second factor was switched on during the sign-in, which then goes on as if the factor had been on before. */
export class FactorNeededError extends Error {
  readonly factors: readonly FactorName[]
  constructor(factors: readonly FactorName[]) {
    super('The account asks for a second factor since a moment ago')
    this.factors = factors
  }
}

/** Looks at the account again under its lock, as it may have changed since it was read [MF4]. */
async function lockAgain(tx: Transaction, { user, shown }: SigningIn): Promise<LockedAccount | undefined> {
  const account = await lockAccount(tx, user.id)
  if (account && account.factors.length > 0 && !showsSecondStep(shown.methods))
    throw new FactorNeededError(account.factors)
  return account
}

/**
 * The last step of every sign-in, after its last proof: afterwards there is a session. A new client that showed more
 * than a password is a known device from then on, and the owner is told [FD80 AT12].
 */
export async function signIn(
  ctx: Context<'rate_limit:exceeded'>,
  signingIn: SigningIn,
  claim: Claim,
): Promise<SessionOutcome> {
  const { user, deviceId, rememberMe, shown, client } = signingIn
  const { methods, passkeyId } = shown
  const isNew = deviceId === null && methods.some((one) => one !== 'password')
  // Each sends the owner a mail, so they share the hourly limit of the links that are mailed after a password alone.
  if (isNew) await limitMails(ctx, 'device_verify', user.emailKey)
  const session = await changeAccounts(ctx, async (tx) => {
    const account = await lockAgain(tx, signingIn)
    const opened = { userId: user.id, rememberMe, methods, passkeyId, client }
    const [, , session] = await together([
      claim(tx, account),
      audit(tx, { type: 'login_succeeded', userId: user.id, client, ...describeWayIn(shown) }),
      isNew ? openOnNewDevice(tx, ctx.config, opened) : openSession(tx, ctx.config, { ...opened, deviceId }),
      isNew && tellOwner(tx, ctx, { ...user, ...account }, signingIn),
    ])
    return session
  })
  return { next: 'session', session }
}

function tellOwner(
  tx: Transaction,
  ctx: Context<never>,
  { id, email }: SigningIn['user'],
  { shown, client }: SigningIn,
): Promise<void> {
  const { userAgent, address: ipAddress } = client
  return notifyOwner(tx, ctx, { id, email }, { template: 'new_device', shown, userAgent, ipAddress }, client)
}

function describeWayIn({ methods: [first], passkeyId }: Shown) {
  if (passkeyId !== undefined) return { metadata: { method: 'passkey', passkey: passkeyId } }
  const isPlain = first === undefined || first === 'password' || first === 'oauth'
  return isPlain ? undefined : { metadata: { method: first } }
}

/**
 * The last step after a password, or what is no safer, alone. On a device that is new to the account, unless the device
 * gate is off, the login waits for the link or the digits that are mailed to the owner.
 */
export async function signInByPassword(
  ctx: Context<'rate_limit:exceeded' | DeliveryRefusal>,
  signingIn: SigningIn,
  claim: Claim,
  nameBrowser: () => Buffer | undefined,
): Promise<SessionOutcome | DeviceOutcome> {
  const { user, deviceId, client } = signingIn
  if (deviceId !== null || ctx.config.deviceGate === 'off') return signIn(ctx, signingIn, claim)
  await limitMails(ctx, 'device_verify', user.emailKey)
  const anonymousDigest = ctx.config.deviceGateMail === 'link' ? undefined : nameBrowser()
  const { mailId, pair } = await transaction(ctx.pool, async (tx) => {
    await claim(tx, await lockAgain(tx, signingIn))
    return holdLogin(tx, ctx, { ...signingIn, anonymousDigest })
  })
  await confirmDelivery(ctx, mailId, client)
  return { next: 'device', started: pair && describeStarted(ctx, pair) }
}
