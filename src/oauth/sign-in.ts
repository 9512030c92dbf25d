import { and, eq, sql } from 'drizzle-orm'
import { isBanned } from '../accounts/banned.ts'
import { issuePendingSignUp } from '../accounts/pending-sign-up.ts'
import {
  demandAllowedDomain,
  demandOpenSignUp,
  type SignUpPolicyRefusal,
  signUpPolicyRefusals,
} from '../accounts/sign-up-policy.ts'
import { suggestHandle } from '../accounts/suggest-handle.ts'
import type { Context } from '../context.ts'
import { deviceDigestOf, isKnownDevice } from '../credentials/devices.ts'
import { prepared } from '../db/prepared.ts'
import { oauthIdentities } from '../db/schema/oauth.ts'
import { devices, users } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { isKept } from '../mailed-tokens/kept-address.ts'
import { continueLogin } from '../sign-in/continue.ts'
import { factorsOn } from '../sign-in/factors.ts'
import { type Claim, signIn } from '../sign-in/finish.ts'
import type { FactorOutcome, SessionOutcome } from '../sign-in/reply.ts'
import { emailKey, findEmailBreach } from '../text/email.ts'
import type { Identity, Provider } from './provider.ts'

export const signInWithIdentityRefusals = [
  'user:banned',
  'oauth:email_not_verified',
  'oauth:email_already_exists',
  'rate_limit:exceeded',
  ...signUpPolicyRefusals,
] as const

type SignInWithIdentityRefusal = (typeof signInWithIdentityRefusals)[number]

/** A sign-up through a provider that waits for its handle. */
type NewAccount = {
  readonly next: 'sign-up'
  readonly pendingToken: string
  readonly email: string
  readonly suggestedHandle: string | undefined
}

export type Outcome = SessionOutcome | FactorOutcome | NewAccount

type Arrival = {
  readonly identity: Identity
  readonly deviceToken: string | undefined
  /** The browser that a new user's sign-up is bound to; undefined in an app. */
  readonly anonymousDigest: Buffer | undefined
  readonly rememberMe: boolean
  readonly client: Caller
  /**
   * Spends the ID token in the transaction that opens the session or sign-up. Absent in the code flow, where the
   * provider accepts each code once.
   */
  readonly spend?: ((tx: Transaction) => Promise<void> | undefined) | undefined
}

/**
 * Afterwards a known user has a session or must show a further factor, as after a password; a new one has a sign-up.
 * Accounts are never linked by e-mail [OA5].
 */
export async function signInWithIdentity(
  ctx: Context<SignInWithIdentityRefusal>,
  provider: Provider,
  arrival: Arrival,
): Promise<Outcome> {
  const { rememberMe, client, spend } = arrival
  const known = await findAccount(ctx, provider, arrival)
  if (known === undefined) return beginSignUp(ctx, provider, arrival)
  const { user, identityId, deviceId } = known
  const shown = { methods: ['oauth'], provider: provider.name } as const
  const claim: Claim = async (tx) => {
    await spend?.(tx)
    // If the connection was unlinked a moment ago, the user has to sign in another way.
    const held = await tx.select().from(oauthIdentities).where(eq(oauthIdentities.id, identityId)).for('key share')
    if (held.length === 0) throw ctx.fault('oauth:email_already_exists')
  }
  const step = { user, deviceId, rememberMe, shown, client }
  return continueLogin(ctx, step, claim, (...last) => signIn(ctx, ...last))
}

async function findAccount(
  ctx: Context<never>,
  provider: Provider,
  { identity, deviceToken }: Pick<Arrival, 'identity' | 'deviceToken'>,
) {
  const { id: providerId, namespace: issuer } = provider
  const deviceDigest = deviceDigestOf(deviceToken)
  const [found] = await findStatement(ctx.db).execute({ providerId, issuer, subject: identity.subject, deviceDigest })
  return found
}

/** The same subject in the same namespace of the same provider [OA4]. */
const isIdentity = and(
  eq(oauthIdentities.providerId, sql.placeholder('providerId')),
  eq(oauthIdentities.issuer, sql.placeholder('issuer')),
  eq(oauthIdentities.subject, sql.placeholder('subject')),
)

const findStatement = prepared((db) =>
  db
    .select({
      identityId: oauthIdentities.id,
      user: {
        id: users.id,
        email: users.email,
        emailKey: users.emailKey,
        factors: factorsOn,
        isBanned,
      },
      deviceId: devices.id,
    })
    .from(oauthIdentities)
    .innerJoin(users, eq(users.id, oauthIdentities.userId))
    .leftJoin(devices, isKnownDevice)
    .where(isIdentity)
    .prepare('find_identity'),
)

async function beginSignUp(
  ctx: Context<'oauth:email_not_verified' | 'oauth:email_already_exists' | SignUpPolicyRefusal>,
  provider: Provider,
  {
    identity,
    anonymousDigest,
    rememberMe,
    spend,
  }: Pick<Arrival, 'identity' | 'anonymousDigest' | 'rememberMe' | 'spend'>,
): Promise<NewAccount> {
  demandOpenSignUp(ctx)
  const email = identity.email?.text.trim().normalize('NFC')
  if (email === undefined || findEmailBreach(email)) throw ctx.fault('oauth:email_not_verified')
  demandAllowedDomain(ctx, email)
  const needsMail = identity.email?.isProven !== true
  // Nobody has vouched for the address, so the reply must not tell whether an account has it.
  if (!needsMail && (await isRegistered(ctx, email))) {
    throw ctx.fault('oauth:email_already_exists', {
      details: 'Sign in to that account in another way, or ask for a password by mail, then link this provider to it.',
    })
  }
  const pendingToken = await transaction(ctx.pool, async (tx) => {
    await spend?.(tx)
    const { subject, pictureUrl } = identity
    const connection = { providerId: provider.id, issuer: provider.namespace, subject, pictureUrl }
    return issuePendingSignUp(tx, ctx.config, { connection, email, needsMail, rememberMe, anonymousDigest })
  })
  const suggestedHandle = await suggestHandle(ctx.db, [identity.username, email.slice(0, email.lastIndexOf('@'))])
  return { next: 'sign-up', pendingToken, email, suggestedHandle }
}

async function isRegistered({ db }: Context<never>, email: string): Promise<boolean> {
  const [found] = await db
    .select({ id: users.id })
    .from(users)
    .where(eq(users.emailKey, emailKey(email)))
  return found !== undefined || isKept(db, emailKey(email))
}
