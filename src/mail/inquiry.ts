import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import { emailKey } from '../text/email.ts'
import { limitInquiries } from '../throttling/mails.ts'
import { probeMailbox, refuseUndelivered, type Undelivered } from './confirm.ts'
import { type Inquiry, queueInquiry } from './queue-inquiry.ts'

const answeredAfterMs = 100

/**
 * Afterwards the inquiry is stored for the worker, which finds the address's owner and mails them. This function does
 * not know whether there is one, so neither its time nor its status shows it, whatever the mail server does with a
 * message: the request waits only for a probe [AT1].
 */
export async function inquire<Failed extends ErrorCode>(
  ctx: Context<'rate_limit:exceeded' | Undelivered | Failed>,
  inquiry: Inquiry,
  failed: Failed,
  /** Writes more rows in the transaction that stores the inquiry. */
  write?: (tx: Transaction) => Promise<void>,
): Promise<void> {
  await limitInquiries(ctx, inquiry.purpose, emailKey(inquiry.email))
  const outcome = await probeMailbox(ctx, inquiry.email, inquiry.client)
  // Only now, so that the worker does nothing for an owner while the probe runs.
  await transaction(ctx.pool, async (tx) => {
    await write?.(tx)
    await queueInquiry(tx, ctx, inquiry)
  })
  // By then the worker has usually answered the inquiry, so that a client that gets the response finds older links
  // dead.
  await sleep(answeredAfterMs)
  refuseUndelivered(ctx, outcome, failed)
}
