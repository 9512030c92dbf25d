import type { Context } from '../context.ts'
import type { ErrorCode } from '../errors/catalogue.ts'

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

export type ResetDeliveryRefusal = (typeof resetDeliveryRefusals)[number]

/** Waits for a mail that the client waits for. Whatever this refuses with, the mail is kept and goes out later. */
export const confirmDelivery = (ctx: Context<DeliveryRefusal>, mailId: string): Promise<void> =>
  confirm(ctx, mailId, 'worker:verification_email_send_failed')

/** The same for the mails of forgot-password, which have a code of their own. */
export const confirmResetDelivery = (ctx: Context<ResetDeliveryRefusal>, mailId: string): Promise<void> =>
  confirm(ctx, mailId, 'worker:password_reset_email_send_failed')

async function confirm<Failed extends ErrorCode>(
  ctx: Context<'worker:connection_failed' | 'worker:response_invalid' | Failed>,
  mailId: string,
  failed: Failed,
): Promise<void> {
  if (ctx.config.mailDelivery === 'queue') return
  const outcome = await ctx.mailDelivery.deliver(mailId)
  if (outcome === 'delivered') return
  const codes = { unreachable: 'worker:connection_failed', garbled: 'worker:response_invalid', failed } as const
  throw ctx.fault(codes[outcome], { details: 'The mail is kept and will be sent once the way is clear.' })
}
