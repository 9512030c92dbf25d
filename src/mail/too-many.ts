export type Refusal = {
  readonly error: unknown
  /** It came after the greetings, where a message may have been under way. */
  readonly wasGreeted: boolean
}

/**
 * What mail servers say where one has more connections than it may: 421, unless they shut down, the enhanced code
 * 4.4.5, or words.
 */
const tooMany =
  /^421(?!.*\bshut)|\b[45]\.4\.5\b|too many\b.*\b(?:connection|session|client)|(?:connection|session)s? limit|concurrent|simultaneous|\bbusy\b/i
/**
 * Of a recipient: what is said there repeats the address, which is a stranger's, and the words of that address's own
 * server.
 */
const tooManyAtRecipient = /^421(?!.*\bshut)|^4\d\d[ -]4\.4\.5\b/i

/**
 * The mail server would take it as soon as others are done. Later commands are about the message, which is never handed
 * over twice.
 */
export function saysTooMany({ error, wasGreeted }: Refusal): boolean {
  const { command, response } = partsOf(error)
  if (typeof response !== 'string') return false
  if (command === 'RCPT TO') return tooManyAtRecipient.test(response)
  return (!wasGreeted || command === 'MAIL FROM') && tooMany.test(response.replace(/<[^>]*>/g, ''))
}

const lostConnections: ReadonlySet<unknown> = new Set(['ECONNECTION', 'ESOCKET', 'ECONNREFUSED'])

/** Some do not even say so. */
export function mayBeTooMany({ error, wasGreeted }: Refusal): boolean {
  const { code, response } = partsOf(error)
  return !wasGreeted && lostConnections.has(code) && !response
}

export const partsOf = (
  error: unknown,
): { readonly code?: unknown; readonly command?: unknown; readonly response?: unknown } =>
  typeof error === 'object' && error !== null ? error : {}
