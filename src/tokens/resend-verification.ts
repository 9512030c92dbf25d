import { and, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { handles, signUps } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import { confirmDelivery, type DeliveryRefusal } from '../mail/confirm.ts'
import { limitMails } from '../mail/limit.ts'
import { queueProbe } from '../mail/outbox.ts'
import { emailKey } from '../users/email.ts'
import { queueSignUpMail } from './sign-up-mail.ts'

type Request = { readonly email: string; readonly ownEmail: string | undefined }

/** Afterwards a sign-up that waits for that address has a fresh link with a whole lifetime; the answer is the same without one. */
export async function resendVerification(
  ctx: Context<'email:already_verified' | 'rate_limit:exceeded' | DeliveryRefusal>,
  { email, ownEmail }: Request,
): Promise<void> {
  const key = emailKey(email)
  if (ownEmail !== undefined && emailKey(ownEmail) === key) throw ctx.fault('email:already_verified')
  await limitMails(ctx, 'verify_email', key)
  const mailId = await transaction(ctx.pool, async (tx) => {
    const signUp = await prolongSignUp(tx, key, ctx.config.signupTtlSeconds)
    return signUp ? queueSignUpMail(tx, ctx, signUp) : queueProbe(tx, ctx, email)
  })
  await confirmDelivery(ctx, mailId)
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
