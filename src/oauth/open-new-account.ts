import { randomUUIDv7 } from 'node:crypto'
import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { connect } from '../accounts/connect.ts'
import { endSignUpsOf } from '../accounts/end-sign-ups.ts'
import { audit } from '../accounts/history.ts'
import { demandAllowedDomain } from '../accounts/sign-up-policy.ts'
import { takeHandle } from '../accounts/take-handle.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { tokenDigest } from '../crypto/secret-token.ts'
import { violatesUnique } from '../db/failure.ts'
import { oauthSignUps } from '../db/schema/oauth.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { isKept } from '../mailed-tokens/kept-address.ts'
import { factorsOn } from '../sign-in/factors.ts'
import { lockAccount } from '../sign-in/lock-account.ts'
import { type OpenedSession, openOnNewDevice } from '../sign-in/open-session.ts'
import { emailKey } from '../text/email.ts'

export const openNewAccountRefusals = [
  'user:invalid_token',
  'user:token_expired',
  'user:handle_already_exists',
  'oauth:email_already_exists',
  'email:domain_not_allowed',
] as const

export type OpenNewAccountRefusal = (typeof openNewAccountRefusals)[number]

export type CompleteWish = {
  readonly pendingToken: string
  readonly handle: string
  readonly displayName: string
  /** The language of mails; by default the request's. */
  readonly locale: string | undefined
  /** The names of the browser that posts; undefined on the app's form, which has none. */
  readonly anonymousDigests: readonly Buffer[] | undefined
  readonly client: Caller
}

/**
 * Afterwards the sign-up is an account with this connection, and its owner has a session. If the same request comes
 * again within 60 seconds, it gets another session.
 */
export function openNewAccount(ctx: Context<OpenNewAccountRefusal>, wish: CompleteWish): Promise<OpenedSession> {
  return changeAccounts(ctx, async (tx) => {
    const signUp = await takeSignUp(ctx, tx, wish)
    const userId = signUp.userId ?? (await createAccount(ctx, tx, { signUp, wish }))
    await lockAccount(tx, userId)
    return openOnNewDevice(tx, ctx.config, {
      userId,
      rememberMe: signUp.rememberMe,
      methods: [signUp.providerId === null ? 'mail' : 'oauth'],
      client: wish.client,
    })
  })
}

type SignUp = typeof oauthSignUps.$inferSelect

/**
 * The reply may have been lost, so the request may be repeated for 60 seconds; but not once the account asks for more
 * than this token proves [MF4].
 */
const mayRepeat = sql<boolean>`${oauthSignUps.usedAt} > now() - interval '60 seconds'
  and (${oauthSignUps.needsMail} or (cardinality(${factorsOn}) = 0 and ${users.passwordVersion} = 0))`

/** Marks the token's sign-up as used and returns it. Also returns one that the very same request used a moment ago. */
export async function takeSignUp(
  ctx: Context<OpenNewAccountRefusal>,
  tx: Transaction,
  wish: CompleteWish,
): Promise<SignUp> {
  const isOwn = isSignUpOf(wish)
  if (isOwn === undefined) throw ctx.fault('user:invalid_token')
  const [taken] = await tx
    .update(oauthSignUps)
    .set({ usedAt: sql`now()` })
    .where(and(isOwn, isNull(oauthSignUps.usedAt), sql`${oauthSignUps.expiresAt} > now()`))
    .returning()
  if (taken) {
    demandAllowedDomain(ctx, taken.email)
    return taken
  }
  const [used] = await tx
    .select({ row: oauthSignUps, mayRepeat })
    .from(oauthSignUps)
    .leftJoin(users, eq(users.id, oauthSignUps.userId))
    .where(isOwn)
  if (used && used.row.usedAt === null) throw ctx.fault('user:token_expired')
  if (!used?.mayRepeat || used.row.handle !== wish.handle || used.row.displayName !== wish.displayName) {
    throw ctx.fault('user:invalid_token')
  }
  return used.row
}

/** The condition for the token's sign-up, posted from where it began. Returns undefined if the token is malformed. */
export function isSignUpOf({
  pendingToken,
  anonymousDigests,
}: Pick<CompleteWish, 'pendingToken' | 'anonymousDigests'>) {
  const digest = tokenDigest('pendingOauth', pendingToken)
  if (digest === undefined) return undefined
  return and(
    eq(oauthSignUps.digest, digest),
    eq(oauthSignUps.isApp, anonymousDigests === undefined),
    anonymousDigests && inArray(oauthSignUps.anonymousDigest, [...anonymousDigests]),
  )
}

type NewAccount = { readonly signUp: SignUp; readonly wish: CompleteWish }

async function createAccount(
  ctx: Context<OpenNewAccountRefusal>,
  tx: Transaction,
  { signUp, wish }: NewAccount,
): Promise<string> {
  const { id: signUpId, email, providerId, issuer, subject, pictureUrl } = signUp
  const { handle, displayName, client } = wish
  const id = randomUUIDv7()
  await endSignUpsOf(tx, emailKey(email))
  try {
    const locale = wish.locale ?? client.language ?? null
    await tx
      .insert(users)
      .values({ id, email, emailKey: emailKey(email), handle, displayName, passwordHash: null, locale })
  } catch (error) {
    if (violatesUnique(error, 'users_email_key_unique')) throw ctx.fault('oauth:email_already_exists', { cause: error })
    throw error
  }
  if (providerId !== null && issuer !== null && subject !== null) {
    // The identity was linked to another account meanwhile, so this sign-up is of no use any more.
    await connect(tx, { userId: id, providerId, issuer, subject, email, pictureUrl }, (cause) =>
      ctx.fault('user:invalid_token', { cause }),
    )
  }
  if (await isKept(tx, emailKey(email))) throw ctx.fault('oauth:email_already_exists')
  if (!(await takeHandle(tx, handle, id))) throw ctx.fault('user:handle_already_exists')
  await tx.update(oauthSignUps).set({ userId: id, handle, displayName }).where(eq(oauthSignUps.id, signUpId))
  const metadata = providerId === null ? { method: 'mail' } : { provider: providerId }
  await audit(tx, { type: 'sign_up', userId: id, client, metadata })
  await ctx.searchIndex.noteChange(tx, id)
  return id
}
