import { createHmac } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { deriveKey } from '../crypto/derived-key.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { makeToken } from '../crypto/secret-token.ts'

/**
 * A token that is mailed both as a link and as digits. Both, and the code token that the digits are sent with, are
 * derived from its id, so that none is stored and every mail of the pair contains the same.
 */
export type Pair = { readonly id: string; readonly keyId: number; readonly addressKey: string }

type Deps = { readonly config: Pick<Config, 'testIdentities'>; readonly keyring: Keyring }
type Use = Extract<Parameters<typeof deriveKey>[2], 'mail link' | 'mail code' | 'code token'>

const macOf = (keyring: Keyring, { id, keyId }: Pair, use: Use) =>
  createHmac('sha256', deriveKey(keyring, keyId, use))
    .update(id)
    .digest()

export const linkOf = (keyring: Keyring, pair: Pair) => makeToken('mailed', macOf(keyring, pair, 'mail link'))

/** The code token, which only the client that began the flow has. Without it the digits are useless [MC1]. */
export const codeTokenOf = (keyring: Keyring, pair: Pair) => makeToken('mailedCode', macOf(keyring, pair, 'code token'))

/**
 * Six digits, truncated as in RFC 4226 section 5.3. Of 2^31 values some codes get 2,148 and the others 2,147, so the
 * bias is a twentieth of a percent. A test identity has the digits that its operator chose.
 */
export function digitsOf({ config, keyring }: Deps, pair: Pair): string {
  const known = config.testIdentities.find(({ addressKey }) => addressKey === pair.addressKey)
  if (known) return known.digits
  const mac = macOf(keyring, pair, 'mail code')
  const offset = (mac.at(-1) ?? 0) & 0xf
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0')
}

/**
 * Reads six digits of any script, typed or pasted with spaces and hyphens between. Returns undefined for other text.
 */
export function readDigits(text: string): string | undefined {
  const digits = text
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Cf}]/gu, '')
    .replace(/\p{Nd}/gu, asAscii)
  return /^\d{6}$/.test(digits) ? digits : undefined
}

/** Converts a digit to ASCII: every script has its ten digits in a row, beginning with zero. */
function asAscii(digit: string): string {
  const codePoint = digit.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(codePoint - value - 1))) value++
  return String(value)
}
