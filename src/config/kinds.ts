import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseTrustedProxies } from '../http/client-address.ts'
import { canonicalTag } from '../messages/tags.ts'
import { emailKey, findEmailBreach } from '../text/email.ts'
import { greetingName, parseMailbox } from '../text/mailbox.ts'

/** Reads one variable's text. Returns its value, or words that complete the sentence "NAME must be …". */
export type Kind<Value> = (text: string) => { readonly value: Value } | { readonly expected: string }

/** The kind of a variable that is never shown. Its row in the table must say so, or it does not compile. */
export type SecretKind<Value> = Kind<Value> & { readonly holdsSecret: true }

export const holdingSecret = <Value>(kind: Kind<Value>): SecretKind<Value> =>
  Object.assign((given: string) => kind(given), { holdsSecret: true as const })

const matching =
  (pattern: RegExp, expected: string): Kind<string> =>
  (given) =>
    pattern.test(given) ? { value: given } : { expected }

export const text = matching(/^\P{Cc}+$/u, 'text without line breaks')

/** Secrets go into headers unchanged; a space or line break left over from a file would fail only at another server. */
export const secret = (leastLength = 1): SecretKind<string> =>
  holdingSecret(
    matching(
      new RegExp(`^[\\x21-\\x7e]{${leastLength},}$`),
      `${leastLength > 1 ? `${leastLength} or more ` : ''}ASCII characters without spaces`,
    ),
  )

export const wholeNumber =
  (least: number, most: number): Kind<number> =>
  (given) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    return value >= least && value <= most ? { value } : { expected: `a whole number from ${least} to ${most}` }
  }

export const port = wholeNumber(0, 65_535)

const year = 366 * 86_400
export const seconds = wholeNumber(1, 10 * year)

export const oneOf =
  <const Choice extends string>(...choices: Choice[]): Kind<Choice> =>
  (given) => {
    const value = choices.find((choice) => choice === given)
    return value === undefined ? { expected: `one of ${choices.join(', ')}` } : { value }
  }

export const listOf =
  <Value>(kind: Kind<Value>): Kind<readonly Value[]> =>
  (given) => {
    const values: Value[] = []
    for (const part of given.split(',').map((one) => one.trim())) {
      if (part === '') continue
      const outcome = kind(part)
      if ('expected' in outcome) return { expected: `a comma-separated list, each ${outcome.expected}` }
      values.push(outcome.value)
    }
    return { value: Object.freeze(values) }
  }

/** Made absolute, so that a later change of the working directory does not move it. */
export const path: Kind<string> = (given) => ({ value: resolve(given) })

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const name = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?!\\d+$)${label}$`, 'i')

export const hostName: Kind<string> = (given) =>
  name.test(given) ? { value: given.toLowerCase() } : { expected: 'a host name such as example.com' }

/** An address or a name that a server may listen on. */
export const host: Kind<string> = (given) =>
  isIP(given) || name.test(given) ? { value: given } : { expected: 'an IP address or a host name' }

export const network: Kind<string> = (given) => {
  try {
    parseTrustedProxies([given])
    return { value: given }
  } catch {
    return { expected: 'an IP address or a network such as 10.0.0.0/8' }
  }
}

export const hostOrNetwork: Kind<string> = (given) => {
  const outcome = [hostName, network].map((kind) => kind(given)).find((one) => 'value' in one)
  return outcome ?? { expected: 'a host name, an IP address or a network such as 10.0.0.0/8' }
}

export const headerName: Kind<string> = (given) =>
  /^[a-z0-9-]+$/i.test(given) ? { value: given.toLowerCase() } : { expected: 'the name of a header' }

export const indexName = matching(/^[A-Za-z0-9_-]{1,400}$/, 'made of letters, digits, - and _')

/** Without a colon, which separates issuer and account in the label of an authenticator app. */
export const issuer = matching(/^[^:\p{Cc}]+$/u, 'text without colons and line breaks')

export const languageTag: Kind<string> = (given) => {
  const value = canonicalTag(given)
  return value === undefined ? { expected: 'a language tag, such as en or pt-BR' } : { value }
}

export const appName = matching(/^[^\p{C}\p{Zl}\p{Zp}]{1,40}$/u, 'a name of 1 to 40 characters, without line breaks')

export const color: Kind<string> = (given) =>
  /^#[0-9a-f]{6}$/i.test(given) ? { value: given.toLowerCase() } : { expected: 'a colour such as #2f5bd0' }

export const address: Kind<string> = (given) =>
  findEmailBreach(given) === undefined ? { value: given } : { expected: 'one e-mail address' }

export const mailbox: Kind<string> = (given) =>
  parseMailbox(given) ? { value: given } : { expected: 'an address such as Postern <no-reply@example.com>' }

/** The name for EHLO; international names become A-labels. */
export const smtpName: Kind<string> = (given) => {
  const value = greetingName(given)
  return value === undefined
    ? { expected: 'a host name with a dot, or an address such as [192.0.2.1] or [IPv6:2001:db8::1]' }
    : { value }
}

/** An address and the six digits that every code mailed to it has. */
export const testIdentity: Kind<{ readonly addressKey: string; readonly digits: string }> = (given) => {
  const [, email = '', digits = ''] = /^(.+):(\d{6})$/.exec(given) ?? []
  return digits === '' || findEmailBreach(email)
    ? { expected: 'an address and six digits such as review@example.com:123456' }
    : { value: { addressKey: emailKey(email), digits } }
}

export const rateFactor: Kind<number | 'off'> = (given) => {
  if (given === 'on') return { value: 1 }
  if (given === 'off') return { value: 'off' }
  const factor = /^\d{1,7}(\.\d{1,6})?$/.test(given) ? Number(given) : 0
  return factor > 0 && factor <= 1_000_000 ? { value: factor } : { expected: 'on, off or a factor such as 10' }
}
