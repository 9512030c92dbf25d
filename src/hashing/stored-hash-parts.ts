import { timingSafeEqual } from 'node:crypto'
import type { Argon2 } from './argon2.ts'
import type { Scheme } from './stored-hash-cost.ts'

/** A stored hash that cannot be parsed, or would cost more than is allowed [PW6]. */
export class StoredHashError extends Error {
  /** How many times an own hash it would cost, and how many it may, where that is why. */
  readonly excess: { readonly times: number; readonly most: number } | undefined
  constructor(message: string, excess?: StoredHashError['excess']) {
    super(message)
    this.excess = excess
  }
}

/** What it costs is known before anything is computed. */
export type StoredHash = {
  readonly scheme: Scheme
  /** In the unit of `costs`. */
  readonly cost: number
  readonly verify: (argon2: Argon2, password: string) => Promise<boolean>
}

/** What a scheme makes of a text: its hash, or why it is none, or nothing where it is another scheme's. */
export type Parse = (text: string) => StoredHash | 'malformed' | undefined

/** How a form of a hash writes bytes down; nothing where the text is none. */
export type Decode = (text: string) => Buffer | undefined

/** Base64 in its dresses: padded or not, of URLs, and passlib's, where `.` stands for `+`. */
export const decodeBytes: Decode = (text) => {
  const plain = text.replaceAll(/[.-]/g, '+').replaceAll('_', '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return undefined
  return Buffer.from(plain, 'base64')
}

export const decodeHex: Decode = (text) => (/^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined)

/** The characters themselves. */
export const decodeText: Decode = (text) => Buffer.from(text)

/** Long enough to be no accident, short enough to cost nothing. */
export const isUsableKey = ({ length }: Buffer): boolean => length >= 16 && length <= 128
export const isUsableSalt = ({ length }: Buffer): boolean => length >= 1 && length <= 128

export const isSame = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other)
