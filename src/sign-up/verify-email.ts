import { randomUUIDv7 } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import { connect } from '../accounts/connect.ts'
import { audit } from '../accounts/history.ts'
import type { Digits, Link } from '../accounts/link-or-digits.ts'
import { demandSignUp, signUpPolicyRefusals } from '../accounts/sign-up-policy.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { violatesUnique } from '../db/failure.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { handles, type PendingConnection, signUps, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import type { Home } from '../mailed-tokens/find-pair.ts'
import { isKept } from '../mailed-tokens/kept-address.ts'
import { digitRefusals, proveDigits } from '../mailed-tokens/prove-digits.ts'
import { takeMailedToken } from '../mailed-tokens/take.ts'
import { type OpenedSession, openOnNewDevice } from '../sign-in/open-session.ts'
import { emailKey } from '../text/email.ts'

export const verifyEmailRefusals = [
  ...digitRefusals,
  'token:invalid_verification',
  'token:expired_verification',
  'token:email_mismatch',
  'email:already_verified',
  'user:email_already_exists',
  ...signUpPolicyRefusals,
  'FORBIDDEN',
] as const

type VerifyEmailRefusal = (typeof verifyEmailRefusals)[number]

type Proof = {
  readonly shown: Link | Digits
  /** Digests of the browser's names; undefined for an app. */
  readonly home: Home
  /** Whether the browser that posts the token has a live session. */
  readonly isSignedIn: boolean
  /** Digests of the client's names or pending token, to one of which a sign-up through a provider is bound. */
  readonly held: readonly Buffer[]
  readonly client: Caller
}

const linkRefusals = {
  invalid: 'token:invalid_verification',
  mismatch: 'token:email_mismatch',
  used: 'email:already_verified',
  expired: 'token:expired_verification',
} as const

const pairRefusals = {
  invalid: 'email:invalid_code_token',
  mismatch: 'email:invalid_code_token',
  used: 'email:invalid_code_token',
  expired: 'email:code_token_expired',
} as const

/**
 * Afterwards the sign-up is an account with the password or the connection of this sign-up, and its owner has a session
 * on a known device.
 */
export async function verifyEmail(ctx: Context<VerifyEmailRefusal>, proof: Proof): Promise<OpenedSession> {
  const { shown } = proof
  const wanted =
    'token' in shown
      ? { token: shown.token, addressKey: shown.email === undefined ? undefined : emailKey(shown.email) }
      : { token: { id: await findByDigits(ctx, shown, proof) } }
  const refusals = 'token' in shown ? linkRefusals : pairRefusals
  return changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, { ...wanted, purpose: 'verify_email' })
    if (typeof taken === 'string') throw ctx.fault(refusals[taken])
    const signUp = await getSignUp(ctx, tx, taken.signUpId, refusals)
    refuseSignedIn(ctx, proof)
    if (signUp.connection) demandBinding(ctx, signUp.connection, proof)
    // Sign-up may have been closed since the link was mailed. It works again if sign-up opens again in time.
    demandSignUp(ctx, signUp.email)
    const userId = await createAccount(ctx, tx, signUp)
    await tx.update(mailedTokens).set({ userId }).where(eq(mailedTokens.id, taken.id))
    const metadata = signUp.connection ? { provider: signUp.connection.providerId } : undefined
    await audit(tx, { type: 'sign_up', userId, client: proof.client, ...(metadata && { metadata }) })
    return openOnNewDevice(tx, ctx.config, { userId, rememberMe: false, methods: ['mail'], client: proof.client })
  })
}

async function findByDigits(ctx: Context<VerifyEmailRefusal>, digits: Digits, proof: Proof): Promise<string> {
  const { home, client } = proof
  const mayTry = () => refuseSignedIn(ctx, proof)
  const { token, endCount } = await proveDigits(ctx, { ...digits, purpose: 'verify_email', home, client, mayTry })
  await endCount(ctx.db)
  return token.id
}

/** A link that somebody else planted must not switch a signed-in browser to another account (login CSRF). */
function refuseSignedIn(ctx: Context<'FORBIDDEN'>, { isSignedIn }: Proof): void {
  if (!isSignedIn) return
  throw ctx.fault('FORBIDDEN', { details: 'Sign out first: this browser holds a session of another account.' })
}

/**
 * The account at the provider and the mailbox may belong to two people, unless both are shown in one place. If the link
 * worked elsewhere, it would let in somebody who came from the provider with an address of another person [FD11].
 */
function demandBinding(ctx: Context<VerifyEmailRefusal>, { boundTo }: PendingConnection, { held }: Proof): void {
  if (held.some((digest) => digest.toString('hex') === boundTo)) return
  const details = 'Open it in the browser that signed up through the provider; an app sends its pending_token as well.'
  throw ctx.fault('token:invalid_verification', { details })
}

type SignUp = typeof signUps.$inferSelect

async function getSignUp(
  ctx: Context<VerifyEmailRefusal>,
  tx: Transaction,
  id: string | null,
  { invalid, expired }: typeof linkRefusals | typeof pairRefusals,
): Promise<SignUp> {
  if (id === null) throw ctx.fault(invalid)
  const isWaiting = and(eq(signUps.id, id), eq(signUps.registered, false), sql`${signUps.expiresAt} > now()`)
  const [signUp] = await tx.select().from(signUps).where(isWaiting).for('update')
  // The sign-up ended before its link did, and its handle may have been given to another one.
  if (signUp === undefined) throw ctx.fault(expired)
  return signUp
}

async function createAccount(ctx: Context<VerifyEmailRefusal>, tx: Transaction, signUp: SignUp): Promise<string> {
  const { email, emailKey, handle, displayName, passwordHash, connection, locale } = signUp
  const id = randomUUIDv7()
  try {
    await tx.insert(users).values({ id, email, emailKey, handle, displayName, passwordHash, locale })
  } catch (error) {
    if (violatesUnique(error, 'users_email_key_unique')) throw ctx.fault('user:email_already_exists', { cause: error })
    throw error
  }
  if (await isKept(tx, emailKey)) throw ctx.fault('user:email_already_exists')
  if (connection) {
    const { providerId, issuer, subject, pictureUrl } = connection
    // If another account has the connection by now, the sign-up can no longer become one.
    await connect(tx, { userId: id, providerId, issuer, subject, email, pictureUrl }, (cause) =>
      ctx.fault('token:invalid_verification', { cause }),
    )
  }
  await tx.update(handles).set({ userId: id, signUpId: null, expiresAt: null }).where(eq(handles.signUpId, signUp.id))
  await tx.delete(signUps).where(eq(signUps.id, signUp.id))
  await ctx.searchIndex.noteChange(tx, id)
  return id
}
