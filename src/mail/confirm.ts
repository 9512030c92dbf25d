import type { Context } from '../context.ts'
import type { ErrorCode } from '../errors/catalogue.ts'

export const deliveryRefusals = [
  'worker:connection_failed',
  'worker:response_invalid',
  'worker:verification_email_send_failed',
] as const satisfies readonly ErrorCode[]

export type DeliveryRefusal = (typeof deliveryRefusals)[number]

const refusals = {
  unreachable: 'worker:connection_failed',
  garbled: 'worker:response_invalid',
  failed: 'worker:verification_email_send_failed',
} as const satisfies Record<string, DeliveryRefusal>

/** Waits for a mail that the client waits for. Whatever this refuses with, the mail is kept and goes out later. */
export async function confirmDelivery(ctx: Context<DeliveryRefusal>, mailId: string): Promise<void> {
  if (ctx.config.mailDelivery === 'queue') return
  const outcome = await ctx.mailDelivery.deliver(mailId)
  if (outcome === 'delivered') return
  throw ctx.fault(refusals[outcome], { details: 'The mail is kept and will be sent once the way is clear.' })
}
