import { and, eq, sql } from 'drizzle-orm'
import { addressDigest } from '../accounts/address-digest.ts'
import { isBanned } from '../accounts/banned.ts'
import type { Context } from '../context.ts'
import { deviceDigestOf, isKnownDevice, mayBeDeviceToken } from '../credentials/devices.ts'
import { prepared } from '../db/prepared.ts'
import { devices, signUps, users } from '../db/schema/users.ts'
import type { HashingCaller } from '../http/caller.ts'
import { deliveryRefusals } from '../mail/confirm.ts'
import { continueLogin } from '../sign-in/continue.ts'
import { type FactorName, factorsOn } from '../sign-in/factors.ts'
import { type Claim, signInByPassword } from '../sign-in/finish.ts'
import type { LoginOutcome } from '../sign-in/reply.ts'
import { emailKey } from '../text/email.ts'
import { admitAttempt, clearAttempts, recordFailure } from '../throttling/attempts.ts'
import { accountAttempts } from '../throttling/attempts-key.ts'
import { isPasswordRight, renewHash, reserveHashing } from '../throttling/hash-password.ts'
import { HashTicket } from '../throttling/hash-ticket.ts'
import { tellOfBreach } from './tell-of-breach.ts'

export const loginRefusals = [
  'auth:invalid_credentials',
  'user:not_verified',
  'user:banned',
  'rate_limit:exceeded',
  'system:hashing_error',
  ...deliveryRefusals,
] as const

type LoginRefusal = (typeof loginRefusals)[number]

type Attempt = {
  readonly email: string
  readonly password: string
  readonly rememberMe: boolean
  readonly deviceToken: string | undefined
  /** Gives the browser a name, if digits are mailed for it. Returns the name's digest; undefined for an app. */
  readonly nameBrowser: () => Buffer | undefined
  readonly client: HashingCaller
}

/**
 * Afterwards the account has a session, or a login that waits for its second factor or for what is mailed to the owner.
 */
export async function login(ctx: Context<LoginRefusal>, attempt: Attempt): Promise<LoginOutcome> {
  const { deviceToken, client, password } = attempt
  // Strangers reserve a place for hashing as early as possible: at once without a device token, and otherwise when the
  // account turns out not to know the device.
  const mayBeKnown = mayBeDeviceToken(deviceToken)
  using early = mayBeKnown ? undefined : reserveHashing(ctx, client.network)
  const key = emailKey(attempt.email)
  const { user, waitingHash, deviceId } = await findLogin(ctx, key, deviceToken)
  using late = mayBeKnown && deviceId === null ? reserveHashing(ctx, client.network) : undefined
  const digest = addressDigest(ctx.keyring, key)
  const attemptsKey = user ? accountAttempts(user.id, deviceId) : (`address:${digest}` as const)
  await admitAttempt(ctx, attemptsKey)

  const turn = user && deviceId !== null ? ({ lane: 'known', party: user.id } as const) : { place: early ?? late }
  const claim = { key: attemptsKey, client, turn }
  const ticket = await HashTicket.countTry(ctx, claim)
  // A free address takes as many verifications as a registered one, whether the password is right or wrong [TH5].
  const isRight = await isPasswordRight(ctx, user?.passwordHash ?? undefined, password, ticket)
  const isWaiting = waitingHash !== null && (await isPasswordRight(ctx, waitingHash, password, ticket))
  if (!(user && isRight)) {
    const metadata = { address_digest: digest }
    await recordFailure(ctx, { key: attemptsKey, owner: user ?? undefined, client, metadata })
    throw ctx.fault(isWaiting ? 'user:not_verified' : 'auth:invalid_credentials')
  }
  await clearAttempts(ctx.db, attemptsKey)
  tellOfBreach(ctx, { user, password, client })
  const { rememberMe, nameBrowser } = attempt
  // A hash with old parameters can be renewed only now, while the password is at hand [PW5].
  const countHash = () => HashTicket.count(ctx, claim)
  const renewedHash =
    user.passwordHash === null ? undefined : await renewHash(ctx, user.passwordHash, password, countHash)
  const shown = { methods: ['password'] } as const
  const step = { user, deviceId, rememberMe, shown, client }
  return continueLogin(ctx, step, claimPassword(ctx, user, renewedHash), (...last) =>
    signInByPassword(ctx, ...last, nameBrowser),
  )
}

type User = {
  readonly id: string
  readonly email: string
  readonly emailKey: string
  readonly passwordHash: string | null
  readonly passwordVersion: number
  readonly breachCheckedVersion: number | null
  readonly factors: readonly FactorName[]
  readonly isBanned: boolean
}

/**
 * Finds the account, the waiting sign-up, and the device if the account knows it, in one statement whatever there is.
 */
async function findLogin(ctx: Context<never>, key: string, deviceToken: string | undefined) {
  const [found] = await findStatement(ctx.db).execute({ key, deviceDigest: deviceDigestOf(deviceToken) })
  return found ?? { user: null, waitingHash: null, deviceId: null }
}

const findStatement = prepared((db) =>
  db
    .select({
      user: {
        id: users.id,
        email: users.email,
        emailKey: users.emailKey,
        passwordHash: users.passwordHash,
        passwordVersion: users.passwordVersion,
        breachCheckedVersion: users.breachCheckedVersion,
        factors: factorsOn,
        isBanned,
      },
      waitingHash: signUps.passwordHash,
      deviceId: devices.id,
    })
    .from(sql`(select 1) as always`)
    .leftJoin(users, eq(users.emailKey, sql.placeholder('key')))
    .leftJoin(signUps, and(eq(signUps.emailKey, sql.placeholder('key')), sql`${signUps.expiresAt} > now()`))
    .leftJoin(devices, isKnownDevice)
    .prepare('find_login'),
)

/**
 * The verified password must still be the account's when the login takes effect, or a change would not stop this login.
 */
const claimPassword =
  (ctx: Context<'auth:invalid_credentials'>, { id, passwordVersion }: User, renewedHash: string | undefined): Claim =>
  async (tx, account) => {
    if (account?.passwordVersion !== passwordVersion) throw ctx.fault('auth:invalid_credentials')
    if (renewedHash !== undefined) await renewStatement(tx).execute({ id, renewedHash })
  }

const renewStatement = prepared((tx) =>
  tx
    .update(users)
    .set({ passwordHash: sql`${sql.placeholder('renewedHash')}` })
    .where(eq(users.id, sql.placeholder('id')))
    .prepare('renew_password_hash'),
)
