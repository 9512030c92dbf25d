import { isIPv4, isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { asMailbox, hostNameOf } from './email.ts'

/** The sender of a mail. */
export type Mailbox = {
  /** The name as people read it, without a header's quotes. */
  readonly name: string
  /** With the domain in A-labels. */
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
 * Reads `ada@example.com`, `Ada <ada@example.com>` or `"Ada: Team" <ada@example.com>`; only `<` and `>` in a name need
 * its quotes. Returns undefined if the text is none of these.
 */
export function parseMailbox(text: string): Mailbox | undefined {
  const { name = '', inner, bare = inner } = form.exec(text)?.groups ?? {}
  if (bare === undefined) return undefined
  const address = asMailbox(bare)
  return { name: unquoted(name.trim()), address, host: address.slice(address.lastIndexOf('@') + 1) }
}

const unquoted = (name: string): string =>
  new RegExp(`^${quoted}$`, 'u').test(name) ? name.slice(1, -1).replace(/\\(.)/gu, '$1') : name

/**
 * The name that a mail server may be greeted with: RFC 5321 section 4.1.4. Returns undefined if the text is not one.
 */
export const greetingName = (text: string): string | undefined => (isAddressLiteral(text) ? text : hostNameOf(text))

function isAddressLiteral(text: string): boolean {
  const { v6, v4 } = /^\[(?:IPv6:(?<v6>[\da-f:.]+)|(?<v4>[\d.]+))\]$/i.exec(text)?.groups ?? {}
  return v6 === undefined ? isIPv4(v4 ?? '') : isIPv6(v6)
}

/** Many mail servers refuse a greeting with the bare host name of a machine or a container [FD31]. */
export const nameToGreetWith = ({ host }: Mailbox, machine = hostname()): string =>
  greetingName(machine) ?? greetingName(host) ?? '[127.0.0.1]'
