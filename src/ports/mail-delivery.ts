/** `failed` is tried again, `refused` is not: the mail server will not take it however often it is asked. */
export type DeliveryOutcome = 'delivered' | 'failed' | 'refused' | 'unreachable' | 'garbled'

/**
 * Asks for a mail to be handed over now, and says what became of it. Never rejects, never takes longer than its
 * deadline. `network` is any word for whose it is: those take turns.
 */
export type MailDelivery = {
  deliver(mailId: string, network: string): Promise<DeliveryOutcome>
}
