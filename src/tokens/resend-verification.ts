import { and, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { handles, signUps } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import type { DeliveryRefusal } from '../mail/confirm.ts'
import { type Inquiry, inquire } from '../mail/inquiry.ts'
import type { MailDeps } from '../mail/outbox.ts'
import { emailKey } from '../users/email.ts'
import { queueSignUpMail } from './sign-up-mail.ts'

type Request = { readonly email: string; readonly ownEmail: string | undefined; readonly client: Client }

/** Afterwards the worker looks whether a sign-up waits for that address; the answer is the same for every address. */
export async function resendVerification(
  ctx: Context<'email:already_verified' | 'rate_limit:exceeded' | DeliveryRefusal>,
  { email, ownEmail, client }: Request,
): Promise<void> {
  if (ownEmail !== undefined && emailKey(ownEmail) === emailKey(email)) throw ctx.fault('email:already_verified')
  await inquire(ctx, { purpose: 'verify_email', email, client }, 'worker:verification_email_send_failed')
}

/** Afterwards a sign-up that waits for the address has a fresh link with a whole lifetime. Says whether there is one. */
export const mailVerification = (tx: Transaction, deps: MailDeps, { email, client }: Inquiry): Promise<boolean> =>
  renewVerification(tx, deps, email, client)

/** The same whoever asks for it: also the operator, of whom there is no client. */
export async function renewVerification(
  tx: Transaction,
  deps: MailDeps,
  email: string,
  client?: Pick<Client, 'address'>,
): Promise<boolean> {
  const signUp = await prolongSignUp(tx, emailKey(email), deps.config.signupTtlSeconds)
  if (signUp) await queueSignUpMail(tx, deps, signUp, client)
  return signUp !== undefined
}

async function prolongSignUp(tx: Transaction, key: string, ttlSeconds: number) {
  const expiresAt = sql`now() + make_interval(secs => ${ttlSeconds})`
  const [signUp] = await tx
    .update(signUps)
    .set({ expiresAt })
    .where(and(eq(signUps.emailKey, key), sql`${signUps.expiresAt} > now()`))
    .returning()
  if (signUp) await tx.update(handles).set({ expiresAt }).where(eq(handles.signUpId, signUp.id))
  return signUp
}
