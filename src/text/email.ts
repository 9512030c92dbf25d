import { domainToASCII } from 'node:url'

const longest = 254
/** U+FFFD stands for bytes that could not be read: two addresses could become one. */
const forbidden = /[\p{C}\p{Z}\s"(),:;<>@[\\\]\ufffd]/u
/** URLs end a host at some of these and decode others, so that `example.com/x` would pass for example.com. */
const forbiddenInHost = /[/?#%]/
const domainLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export type EmailBreach = 'max_length' | 'format'

/** Checks that the text is one addr-spec and nothing else [EM2]; Unicode is allowed as in RFC 6531. */
export function findEmailBreach(email: string): { rule: EmailBreach; limit?: number } | undefined {
  if ([...email].length > longest) return { rule: 'max_length', limit: longest }
  const at = email.lastIndexOf('@')
  const local = email.slice(0, at)
  const isAddress =
    at > 0 && !forbidden.test(local) && !local.split('.').includes('') && hostNameOf(email.slice(at + 1))
  return isAddress ? undefined : { rule: 'format' }
}

/** The domain in A-labels. Returns undefined if it is not a host name of two labels or more. */
export function hostNameOf(domain: string): string | undefined {
  if (forbidden.test(domain) || forbiddenInHost.test(domain)) return undefined
  const ascii = domainToASCII(domain)
  const labels = ascii.split('.')
  const isHostName = labels.length > 1 && ascii.length <= 253 && labels.every((label) => domainLabel.test(label))
  // With a numeric last label it would be an IPv4 address: RFC 1123 section 2.1.
  return isHostName && !/^\d+$/.test(labels.at(-1) ?? '') ? ascii : undefined
}

/**
 * Writes the domain in A-labels, as for a mail server: all spellings of a domain lead to one mailbox, and every server
 * takes ASCII.
 */
export function asMailbox(email: string): string {
  const at = email.lastIndexOf('@')
  const domain = email.slice(at + 1)
  return `${email.slice(0, at)}@${domainToASCII(domain) || domain}`
}

/** Only a mail server with SMTPUTF8 (RFC 6531) takes a mailbox beyond ASCII. The domain must be in A-labels already. */
export const needsSmtpUtf8 = (mailbox: string): boolean => /\P{ASCII}/u.test(mailbox)

/** The same key for all spellings of one address. Addresses are compared and looked up by it; mail never goes to it. */
export function emailKey(email: string): string {
  const at = email.lastIndexOf('@')
  const local = email.slice(0, at).normalize('NFC').toLowerCase().normalize('NFC')
  return `${local}@${domainToASCII(email.slice(at + 1))}`
}
