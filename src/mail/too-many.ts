export type Refusal = {
  readonly error: unknown
  /** It came after the greetings, when a message may have been under way. */
  readonly wasGreeted: boolean
}

/** What mail servers say about too many connections: 421 (unless they shut down), the enhanced code 4.4.5, or words. */
const tooMany =
  /^421(?!.*\bshut)|\b[45]\.4\.5\b|too many\b.*\b(?:connection|session|client)|(?:connection|session)s? limit|concurrent|simultaneous|\bbusy\b/i
/**
 * For RCPT TO only codes count: the text repeats the address, which a stranger chose, and may quote the server of that
 * address.
 */
const tooManyAtRecipient = /^421(?!.*\bshut)|^4\d\d[ -]4\.4\.5\b/i

/**
 * Whether the mail server would take the mail once other conversations are over. Answers to later commands do not
 * count, as they are about the message, which must never be handed over twice.
 */
export function saysTooMany({ error, wasGreeted }: Refusal): boolean {
  const { command, response } = partsOf(error)
  if (typeof response !== 'string') return false
  if (command === 'RCPT TO') return tooManyAtRecipient.test(response)
  return (!wasGreeted || command === 'MAIL FROM') && tooMany.test(response.replace(/<[^>]*>/g, ''))
}

const lostConnections: ReadonlySet<unknown> = new Set(['ECONNECTION', 'ESOCKET', 'ECONNREFUSED'])

/** Whether a lost connection may mean too many connections, as some mail servers do not say so. */
export function mayBeTooMany({ error, wasGreeted }: Refusal): boolean {
  const { code, response } = partsOf(error)
  return !wasGreeted && lostConnections.has(code) && !response
}

export const partsOf = (
  error: unknown,
): { readonly code?: unknown; readonly command?: unknown; readonly response?: unknown } =>
  typeof error === 'object' && error !== null ? error : {}
