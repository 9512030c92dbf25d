import { addressDigest } from '../accounts/address-digest.ts'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import type { Purpose } from '../mailed-tokens/issue.ts'
import type { RateCounter } from '../ports/rate-counter.ts'
import { countEvent, scaled } from './quota.ts'

const windowSeconds = 3600
const mailsToAnAddress = 5
/**
 * Mails an hour to all addresses: somebody with many networks and many addresses must not ruin the sender's reputation.
 */
const mailsToAll = 10_000

/**
 * How much of `mailsToAll` may be used up before one more mail of this kind is refused: mails that strangers cause
 * leave room for resets, and both leave room for signed-in users [AT2].
 */
const shares = {
  verify_email: 0.7,
  locked_out: 0.7,
  password_reset: 0.9,
  sign_in: 0.9,
  device_verify: 1,
  email_change: 1,
  email_undo: 1,
  account_deletion: 1,
  invitation: 1,
} as const satisfies Record<Purpose | 'locked_out', number>

type Cause = keyof typeof shares
export type MailBudget = { readonly config: Pick<Config, 'rateLimits'>; readonly sharedCounter: RateCounter }

/**
 * Each check moves the end of a share at random by up to 2 %: at a fixed end, the next answer would tell whether the
 * last inquiry had caused a mail.
 */
const blur = 0.02

/** Thrown in place of sending; the mail is tried again later. */
export class MailsSpentError extends Error {
  constructor() {
    super('The mails of this hour are used up')
  }
}

/**
 * Takes one of everybody's mails; with a cost of 0 it only looks. Returns the seconds to wait if the share is used up,
 * else undefined.
 */
export async function spendMail(budget: MailBudget, cause: Cause, cost: 0 | 1 = 1): Promise<number | undefined> {
  const { rateLimits } = budget.config
  if (rateLimits === 'off') return undefined
  const most = scaled(rateLimits, mailsToAll * shares[cause] * (1 - Math.random() * blur))
  const [tally] = await budget.sharedCounter.hit([{ key: 'mail', windowSeconds, cost, most }])
  return tally !== undefined && tally.count + 1 - cost > most ? tally.resetsInSeconds : undefined
}

/** Counts one mail to the address, registered or not, so that no mailbox is flooded [RL5]. */
export async function limitMails(
  ctx: Context<'rate_limit:exceeded'>,
  purpose: Purpose,
  addressKey: string,
): Promise<void> {
  await limitAddress(ctx, purpose, addressKey)
  // Comes last, so that a mail refused for its address does not use up everybody's mails.
  refuseSpent(ctx, await spendMail(ctx, purpose))
}

/**
 * Like `limitMails`, for an answer that must not tell whether a mail follows: the worker counts it when it sends one.
 */
export async function limitInquiries(
  ctx: Context<'rate_limit:exceeded'>,
  purpose: Purpose,
  addressKey: string,
): Promise<void> {
  await limitAddress(ctx, purpose, addressKey)
  refuseSpent(ctx, await spendMail(ctx, purpose, 0))
}

const limitAddress = (ctx: Context<'rate_limit:exceeded'>, purpose: Purpose, addressKey: string): Promise<void> =>
  countEvent(ctx, {
    key: `mail:${purpose}:${addressDigest(ctx.keyring, addressKey)}`,
    quota: mailsToAnAddress,
    windowSeconds,
    details: 'This address has reached its hourly limit of mails of this kind.',
  })

function refuseSpent(ctx: Context<'rate_limit:exceeded'>, retryAfterSeconds: number | undefined): void {
  if (retryAfterSeconds === undefined) return
  const details = 'The server has sent as many mails as it may in an hour.'
  throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds, details })
}
