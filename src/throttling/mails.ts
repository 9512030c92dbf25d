import { addressDigest } from '../accounts/address-digest.ts'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import type { Purpose } from '../mailed-tokens/issue.ts'
import type { RateCounter } from '../ports/rate-counter.ts'
import { countEvent, scaled } from './quota.ts'

const windowSeconds = 3600
const mailsToAnAddress = 5
/** Whoever comes from many networks and names many addresses must not ruin the sender's name with every mail server. */
const mailsToAll = 10_000

/**
 * How far the mails of all may have come for one more: what strangers cause leaves room for resets, and both for who
 * has signed in [AT2].
 */
const shares = {
  verify_email: 0.7,
  locked_out: 0.7,
  password_reset: 0.9,
  device_verify: 1,
  email_change: 1,
  email_undo: 1,
  account_deletion: 1,
} as const satisfies Record<Purpose | 'locked_out', number>

type Cause = keyof typeof shares
export type MailBudget = { readonly config: Pick<Config, 'rateLimits'>; readonly sharedCounter: RateCounter }

/**
 * The end of a share lies a little elsewhere for everybody who asks: at a sharp one the next answer would tell whether
 * the last inquiry had been for somebody.
 */
const blur = 0.02

/** It is not tried now. */
export class MailsSpentError extends Error {
  constructor() {
    super('The mails of this hour are used up')
  }
}

/**
 * Takes one of the mails of all, or with a cost of zero only looks; gives the seconds to wait where its share is used
 * up.
 */
export async function spendMail(budget: MailBudget, cause: Cause, cost: 0 | 1 = 1): Promise<number | undefined> {
  const { rateLimits } = budget.config
  if (rateLimits === 'off') return undefined
  const most = scaled(rateLimits, mailsToAll * shares[cause] * (1 - Math.random() * blur))
  const [tally] = await budget.sharedCounter.hit([{ key: 'mail', windowSeconds, cost, most }])
  return tally !== undefined && tally.count + 1 - cost > most ? tally.resetsInSeconds : undefined
}

/** Counts one mail to the address, registered or not, so that nobody's mailbox is flooded [RL5]. */
export async function limitMails(
  ctx: Context<'rate_limit:exceeded'>,
  purpose: Purpose,
  addressKey: string,
): Promise<void> {
  await limitAddress(ctx, purpose, addressKey)
  // Afterwards, so that what was refused for one address does not use up the mails of all.
  refuseSpent(ctx, await spendMail(ctx, purpose))
}

/** The same where the answer must not tell whether there will be a mail: the worker spends it when it sends one. */
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
    details: 'This address was sent as many mails of this kind as it may get in an hour.',
  })

function refuseSpent(ctx: Context<'rate_limit:exceeded'>, retryAfterSeconds: number | undefined): void {
  if (retryAfterSeconds === undefined) return
  const details = 'The server has sent as many mails as it may in an hour.'
  throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds, details })
}
