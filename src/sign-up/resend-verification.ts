import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { queueSignUpMail } from '../accounts/sign-up-mail.ts'
import type { Context } from '../context.ts'
import { handles, signUps } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { deliveryRefusals } from '../mail/confirm.ts'
import { inquire } from '../mail/inquiry.ts'
import type { MailDeps } from '../mail/outbox.ts'
import type { Inquiry } from '../mail/queue-inquiry.ts'
import { emailKey } from '../text/email.ts'

export const resendVerificationRefusals = [
  'email:already_verified',
  'rate_limit:exceeded',
  ...deliveryRefusals,
] as const

type ResendVerificationRefusal = (typeof resendVerificationRefusals)[number]

type Request = { readonly email: string; readonly ownEmail: string | undefined; readonly client: Caller }

/**
 * Afterwards the worker will find out whether a sign-up waits for that address. The answer is the same for every
 * address.
 */
export async function resendVerification(
  ctx: Context<ResendVerificationRefusal>,
  { email, ownEmail, client }: Request,
): Promise<void> {
  if (ownEmail !== undefined && emailKey(ownEmail) === emailKey(email)) throw ctx.fault('email:already_verified')
  await inquire(ctx, { purpose: 'verify_email', email, client }, 'worker:verification_email_send_failed')
}

/**
 * Afterwards a sign-up that waits for the address has a fresh link with a full lifetime. Returns whether there is one.
 */
export const mailVerification = (tx: Transaction, deps: MailDeps, { email, client }: Inquiry): Promise<boolean> =>
  renewVerification(tx, deps, { email, client })

/**
 * The same after a forgotten password. Sign-ups through a provider are left out: they have no password, and somebody
 * else may have begun them with this address [FD11].
 */
export const mailPasswordVerification = (tx: Transaction, deps: MailDeps, { email, client }: Inquiry) =>
  renewVerification(tx, deps, { email, client, which: isNull(signUps.connection) })

type Renewal = {
  readonly email: string
  /** Undefined for commands of the operator. */
  readonly client?: Pick<Caller, 'address' | 'language'>
  readonly which?: SQL
}

export async function renewVerification(
  tx: Transaction,
  deps: MailDeps,
  { email, client, which }: Renewal,
): Promise<boolean> {
  const signUp = await prolongSignUp(tx, { key: emailKey(email), which, ttlSeconds: deps.config.signupTtlSeconds })
  if (signUp) await queueSignUpMail(tx, deps, signUp, client)
  return signUp !== undefined
}

type Prolonging = { readonly key: string; readonly which: SQL | undefined; readonly ttlSeconds: number }

async function prolongSignUp(tx: Transaction, { key, which, ttlSeconds }: Prolonging) {
  const expiresAt = sql`now() + make_interval(secs => ${ttlSeconds})`
  const [signUp] = await tx
    .update(signUps)
    .set({ expiresAt })
    .where(and(eq(signUps.emailKey, key), which, sql`${signUps.expiresAt} > now()`))
    .returning()
  if (signUp) await tx.update(handles).set({ expiresAt }).where(eq(handles.signUpId, signUp.id))
  return signUp
}
