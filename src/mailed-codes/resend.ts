import { and, eq, sql } from 'drizzle-orm'
import { queueSignUpPair } from '../accounts/sign-up-mail.ts'
import { maySignUp } from '../accounts/sign-up-policy.ts'
import type { Context } from '../context.ts'
import { signUps } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { confirmDelivery, deliveryRefusals } from '../mail/confirm.ts'
import { type FoundPair, findPair, type Home } from '../mailed-tokens/find-pair.ts'
import type { IssuedPair } from '../mailed-tokens/issue.ts'
import { describeStarted, resendAt, type StartedFlow } from '../mailed-tokens/started.ts'
import { queueDevicePair } from '../sign-in/hold.ts'
import { limitMails } from '../throttling/mails.ts'
import { claimMail, mailAgain, tooSoon } from './mail-again.ts'

export const resendCodeRefusals = [
  'email:invalid_code_token',
  'email:code_token_expired',
  'rate_limit:exceeded',
  ...deliveryRefusals,
] as const

type ResendCodeRefusal = (typeof resendCodeRefusals)[number]

type Wish = { readonly codeToken: string; readonly home: Home; readonly client: Caller }

/** Afterwards the mail of the code token is on its way once more, with the same link and digits [MC6]. */
export async function resendCode(
  ctx: Context<ResendCodeRefusal>,
  { codeToken, home, client }: Wish,
): Promise<StartedFlow> {
  const purposes = ['sign_in', 'verify_email', 'device_verify'] as const
  const { token, owner, now } = await findPair(ctx, { codeToken, purposes, home })
  const { id, codeKeyId: keyId, addressKey, expiresAt, mailedAt } = token
  if (mailedAt === null) throw new Error('a pair without a mail')
  const pair = { id, keyId, addressKey, expiresAt, mailedAt }
  const msLeft = resendAt(ctx.config, mailedAt).getTime() - now.getTime()
  if (msLeft > 0) throw tooSoon(ctx, Math.ceil(msLeft / 1000))
  if (token.purpose === 'sign_in' && token.address !== null)
    return describeStarted(ctx, await mailAgain(ctx, { pair, email: token.address, client }))
  return describeStarted(ctx, await mailHeld(ctx, { token, owner, pair, client }))
}

type Held = Pick<FoundPair, 'token' | 'owner'> & { readonly pair: IssuedPair; readonly client: Caller }

/** The same for a sign-up or a login that waits. Its mail is written here, and the request waits for its delivery. */
async function mailHeld(ctx: Context<ResendCodeRefusal>, held: Held): Promise<IssuedPair> {
  const { token, pair, client } = held
  await limitMails(ctx, token.purpose, token.addressKey)
  const { mailId, mailedAt } = await transaction(ctx.pool, async (tx) => ({
    mailedAt: await claimMail(ctx, tx, pair.id),
    mailId: await queueAgain(ctx, tx, held),
  }))
  await confirmDelivery(ctx, mailId, client)
  return { ...pair, mailedAt }
}

async function queueAgain(
  ctx: Context<ResendCodeRefusal>,
  tx: Transaction,
  { token, owner, pair, client }: Held,
): Promise<string> {
  const ttlSeconds = Math.max(1, Math.ceil((pair.expiresAt.getTime() - Date.now()) / 1000))
  const mail = { pair, ttlSeconds }
  if (owner) {
    const { methods } = token
    return queueDevicePair(tx, ctx, { email: owner.email, shown: { methods }, client }, mail)
  }
  const isWaiting = and(eq(signUps.id, token.signUpId ?? token.id), sql`${signUps.expiresAt} > now()`)
  const [signUp] = await tx.select().from(signUps).where(isWaiting).for('update')
  // The sign-up ended before its pair did, or can no longer become an account.
  if (signUp === undefined || !maySignUp(ctx.config, signUp.email)) throw ctx.fault('email:code_token_expired')
  return queueSignUpPair(tx, ctx, signUp, { ...mail, client })
}
