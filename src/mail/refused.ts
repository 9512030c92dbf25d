import { partsOf, type Refusal, saysTooMany } from './too-many.ts'

/** The mail server did not take the mail, or could not be reached in time. */
export class SmtpError extends Error {}

/** The mail server will never take this mail, however often it is asked. */
export class RefusedError extends SmtpError {
  /** Codes only, as the text beside them names the recipient. */
  readonly status: string
  constructor(status: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.status = status
  }
}

const afterSender: ReadonlySet<unknown> = new Set(['RCPT TO', 'DATA'])

/**
 * The status of a final refusal: a code 5xx for a recipient or a message, RFC 5321 section 4.2.1 [FD32]. Returns
 * undefined for other refusals. Before the recipient, a 5xx is about this server's name, credentials or sender, which
 * an operator can correct while the mail waits.
 */
export function finalStatusOf(refusal: Refusal): string | undefined {
  const { command, response } = partsOf(refusal.error)
  if (!afterSender.has(command) || typeof response !== 'string' || saysTooMany(refusal)) return undefined
  const { code, enhanced } = /^(?<code>5\d\d)(?:[ -](?<enhanced>5\.\d{1,3}\.\d{1,3})\b)?/.exec(response)?.groups ?? {}
  return enhanced === undefined ? code : `${code} ${enhanced}`
}
