import type { Context } from '../context.ts'
import { transaction } from '../db/transaction.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { Caller } from '../http/caller.ts'
import type { DeliveryOutcome } from '../ports/mail-delivery.ts'
import { networkDigest } from './network.ts'
import { queueProbe } from './outbox.ts'

type Sender = Pick<Caller, 'address'>

/**
 * Refusals of any mail that a request waits for. If the mail server did not take the mail, the code depends on its
 * kind.
 */
export type Undelivered = 'worker:connection_failed' | 'worker:response_invalid'

export const deliveryRefusals = [
  'worker:connection_failed',
  'worker:response_invalid',
  'worker:verification_email_send_failed',
] as const satisfies readonly ErrorCode[]

export type DeliveryRefusal = (typeof deliveryRefusals)[number]

export const resetDeliveryRefusals = [
  'worker:connection_failed',
  'worker:response_invalid',
  'worker:password_reset_email_send_failed',
] as const satisfies readonly ErrorCode[]

type ResetDeliveryRefusal = (typeof resetDeliveryRefusals)[number]

/**
 * Waits for a mail that the client waits for. If this refuses, the mail is kept and sent later, unless the mail server
 * refused it for good.
 */
export async function confirmDelivery(ctx: Context<DeliveryRefusal>, mailId: string, client: Sender): Promise<void> {
  if (ctx.config.mailDelivery === 'queue') return
  refuseUndelivered(ctx, await deliver(ctx, mailId, client), 'worker:verification_email_send_failed')
}

/** The same for the mail that a password is reset by. */
export async function confirmResetDelivery(
  ctx: Context<ResetDeliveryRefusal>,
  mailId: string,
  client: Sender,
): Promise<void> {
  if (ctx.config.mailDelivery === 'queue') return
  refuseUndelivered(ctx, await deliver(ctx, mailId, client), 'worker:password_reset_email_send_failed')
}

/** Whether the mail server would take a mail to this address; none is sent. */
export async function probeMailbox(ctx: Context<never>, email: string, client: Sender): Promise<DeliveryOutcome> {
  if (ctx.config.mailDelivery === 'queue') return 'delivered'
  const probeId = await transaction(ctx.pool, (tx) => queueProbe(tx, ctx, email))
  return deliver(ctx, probeId, client)
}

const deliver = (ctx: Context<never>, mailId: string, { address }: Sender): Promise<DeliveryOutcome> =>
  ctx.mailDelivery.deliver(mailId, networkDigest(ctx.keyring, address))

export function refuseUndelivered<Failed extends ErrorCode>(
  ctx: Context<Undelivered | Failed>,
  outcome: DeliveryOutcome,
  failed: Failed,
): void {
  if (outcome === 'delivered') return
  const codes = {
    unreachable: 'worker:connection_failed',
    garbled: 'worker:response_invalid',
    failed,
    refused: failed,
  } as const
  const details =
    outcome === 'refused'
      ? 'The mail server takes no mail to this address, and this one is not tried again.'
      : 'The mail is kept and will be sent once the way is clear.'
  throw ctx.fault(codes[outcome], { details })
}
