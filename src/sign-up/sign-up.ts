import { randomBytes } from 'node:crypto'
import { placeSignUp } from '../accounts/place-sign-up.ts'
import { queueSignUpCode, queueSignUpMail } from '../accounts/sign-up-mail.ts'
import { demandAllowedDomain } from '../accounts/sign-up-policy.ts'
import type { Context } from '../context.ts'
import { transaction } from '../db/transaction.ts'
import type { HashingCaller } from '../http/caller.ts'
import { confirmDelivery, deliveryRefusals } from '../mail/confirm.ts'
import { describeStarted, type StartedFlow } from '../mailed-tokens/started.ts'
import { emailKey } from '../text/email.ts'
import { hashPassword, reserveHashing } from '../throttling/hash-password.ts'
import { HashTicket } from '../throttling/hash-ticket.ts'
import { limitMails } from '../throttling/mails.ts'

export const signUpRefusals = [
  'email:domain_not_allowed',
  'user:handle_already_exists',
  'rate_limit:exceeded',
  ...deliveryRefusals,
] as const

type SignUpRefusal = (typeof signUpRefusals)[number]

type Wish = {
  readonly email: string
  readonly handle: string
  readonly displayName: string
  /** Undefined if the account will sign in by mailed codes. */
  readonly password: string | undefined
  /** The language of mails; by default the request's. */
  readonly locale: string | undefined
}

type Asker = {
  /** Digests of the browser's names. */
  readonly anonymousDigests: readonly Buffer[]
  readonly client: HashingCaller
}

/**
 * Afterwards a sign-up waits for its link, and an earlier sign-up with that address is void. A registered address takes
 * the same way to the same answer, but its sign-up can never become an account [TH6].
 */
export async function signUp(
  ctx: Context<SignUpRefusal>,
  { password, locale, ...wish }: Wish,
  { client, anonymousDigests: [anonymousDigest] }: Asker,
): Promise<StartedFlow | undefined> {
  demandAllowedDomain(ctx, wish.email)
  using place = reserveHashing(ctx, client.network)
  await limitMails(ctx, 'verify_email', emailKey(wish.email))
  const ticket = HashTicket.ofSignUp(client, { place })
  // Without a password a random text is hashed, so that the time is the same.
  const hash = await hashPassword(ctx, password ?? randomBytes(32).toString('base64url'), ticket)
  const passwordHash = password === undefined ? null : hash
  const { mailId, pair } = await transaction(ctx.pool, async (tx) => {
    const waiting = await placeSignUp(ctx, tx, {
      ...wish,
      passwordHash,
      connection: null,
      locale: locale ?? client.language ?? null,
    })
    if (ctx.config.mailCodes.includes('verify_email'))
      return queueSignUpCode(tx, ctx, waiting, { client, anonymousDigest })
    return { mailId: await queueSignUpMail(tx, ctx, waiting, client), pair: undefined }
  })
  await confirmDelivery(ctx, mailId, client)
  return pair && describeStarted(ctx, pair)
}
