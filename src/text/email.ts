import { domainToASCII } from 'node:url'

const longest = 254
const forbidden = /[\p{C}\p{Z}\s"(),:;<>@[\\\]]/u
const domainLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export type EmailBreach = 'max_length' | 'format'

/** One addr-spec and nothing around it [EM2]; Unicode as RFC 6531 has it. */
export function findEmailBreach(email: string): { rule: EmailBreach; limit?: number } | undefined {
  if ([...email].length > longest) return { rule: 'max_length', limit: longest }
  const at = email.lastIndexOf('@')
  const local = email.slice(0, at)
  const isAddress =
    at > 0 && !forbidden.test(local) && !local.split('.').includes('') && hostNameOf(email.slice(at + 1))
  return isAddress ? undefined : { rule: 'format' }
}

/** In A-labels; nothing where it is no name of a host that has a domain. */
export function hostNameOf(domain: string): string | undefined {
  if (forbidden.test(domain)) return undefined
  const ascii = domainToASCII(domain)
  const labels = ascii.split('.')
  const isHostName = labels.length > 1 && ascii.length <= 253 && labels.every((label) => domainLabel.test(label))
  // A numeric last label would make it an IPv4 address: RFC 1123 section 2.1.
  return isHostName && !/^\d+$/.test(labels.at(-1) ?? '') ? ascii : undefined
}

/**
 * As a mail server is asked for it: every spelling of a domain is one mailbox, also where the server knows ASCII alone.
 */
export function asMailbox(email: string): string {
  const at = email.lastIndexOf('@')
  const domain = email.slice(at + 1)
  return `${email.slice(0, at)}@${domainToASCII(domain) || domain}`
}

/** Whether only a mail server with SMTPUTF8 can be told of it: RFC 6531; a domain has its A-labels for all others. */
export const needsSmtpUtf8 = (mailbox: string): boolean => /\P{ASCII}/u.test(mailbox)

/** What two spellings of one address share; addresses are compared and looked up by it, and never mailed to. */
export function emailKey(email: string): string {
  const at = email.lastIndexOf('@')
  const local = email.slice(0, at).normalize('NFC').toLowerCase().normalize('NFC')
  return `${local}@${domainToASCII(email.slice(at + 1))}`
}
