import { isIPv4, isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { asMailbox, hostNameOf } from './email.ts'

/** Who a mail is from. */
export type Mailbox = {
  /** As it is read, without the quotes of a header. */
  readonly name: string
  /** With its domain as a mail server is asked for it. */
  readonly address: string
  readonly host: string
}

const local = String.raw`[^\s<>@,;:()"\\]+`
const host = String.raw`(?:[^\s<>@,;:()"\\[\]]+|\[[\w.:]+\])`
const quoted = String.raw`"(?:[^"\\\p{Cc}]|\\\P{Cc})*"`
const form = new RegExp(
  `^(?:(?<name>${quoted}|[^<>\\p{Cc}]*) *<(?<inner>${local}@${host})>|(?<bare>${local}@${host}))$`,
  'u',
)

/**
 * `ada@example.com`, `Ada <ada@example.com>` or `"Ada: Team" <ada@example.com>`; the name needs no quotes, whatever is
 * in it.
 */
export function parseMailbox(text: string): Mailbox | undefined {
  const { name = '', inner, bare = inner } = form.exec(text)?.groups ?? {}
  if (bare === undefined) return undefined
  const address = asMailbox(bare)
  return { name: unquoted(name.trim()), address, host: address.slice(address.lastIndexOf('@') + 1) }
}

const unquoted = (name: string): string =>
  new RegExp(`^${quoted}$`, 'u').test(name) ? name.slice(1, -1).replace(/\\(.)/gu, '$1') : name

/** What a server may call itself to another: RFC 5321 section 4.1.4. */
export const greetingName = (text: string): string | undefined => (isAddressLiteral(text) ? text : hostNameOf(text))

function isAddressLiteral(text: string): boolean {
  const { v6, v4 } = /^\[(?:IPv6:(?<v6>[\da-f:.]+)|(?<v4>[\d.]+))\]$/i.exec(text)?.groups ?? {}
  return v6 === undefined ? isIPv4(v4 ?? '') : isIPv6(v6)
}

/** Many mail servers refuse whoever greets them with the bare name that a machine or a container has [FD31]. */
export const nameToGreetWith = ({ host }: Mailbox, machine = hostname()): string =>
  greetingName(machine) ?? greetingName(host) ?? '[127.0.0.1]'
