/** `failed` is tried again; `refused` is not, because the mail server refuses it for good. */
export type DeliveryOutcome = 'delivered' | 'failed' | 'refused' | 'unreachable' | 'garbled'

/**
 * Asks for a mail to be delivered now, and tells the outcome. Never rejects, never takes longer than its deadline.
 * `network` is any key for the sender's network: networks take turns.
 */
export type MailDelivery = {
  deliver(mailId: string, network: string): Promise<DeliveryOutcome>
}
