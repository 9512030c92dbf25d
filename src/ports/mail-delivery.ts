export type DeliveryOutcome = 'delivered' | 'failed' | 'unreachable' | 'garbled'

/**
 * Asks for a mail to be handed over now, and says what became of it. Never rejects, never takes longer than its deadline. `network` is any
 * word for whose it is: those take turns.
 */
export type MailDelivery = {
  deliver(mailId: string, network: string): Promise<DeliveryOutcome>
}
