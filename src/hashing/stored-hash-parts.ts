import { timingSafeEqual } from 'node:crypto'
import type { Argon2 } from './argon2.ts'
import type { Scheme } from './stored-hash-cost.ts'

/** A stored hash that cannot be parsed, or would cost more than is allowed [PW6]. */
export class StoredHashError extends Error {
  /** How many times an own hash it would cost, and how many it may cost; undefined if it cannot be parsed. */
  readonly excess: { readonly times: number; readonly most: number } | undefined
  constructor(message: string, excess?: StoredHashError['excess']) {
    super(message)
    this.excess = excess
  }
}

/** A parsed hash, whose cost is known before anything is computed. */
export type StoredHash = {
  readonly scheme: Scheme
  /** In the unit of `costs`. */
  readonly cost: number
  readonly verify: (argon2: Argon2, password: string) => Promise<boolean>
}

/** Parses a hash of one scheme. Returns undefined if the text belongs to another scheme. */
export type Parse = (text: string) => StoredHash | 'malformed' | undefined

/** Decodes the bytes in one form of a hash. Returns undefined if the text is not in that form. */
export type Decode = (text: string) => Buffer | undefined

/** Decodes Base64 with or without padding, base64url, and passlib's variant, which has `.` for `+`. */
export const decodeBytes: Decode = (text) => {
  const plain = text.replaceAll(/[.-]/g, '+').replaceAll('_', '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return undefined
  return Buffer.from(plain, 'base64')
}

export const decodeHex: Decode = (text) => (/^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined)

/** The text itself is the bytes. */
export const decodeText: Decode = (text) => Buffer.from(text)

/** Keys of 16 to 128 bytes: long enough not to match by chance, short enough to compare at no cost. */
export const isUsableKey = ({ length }: Buffer): boolean => length >= 16 && length <= 128
/** passlib makes salts of up to 1024 bytes. */
export const isUsableSalt = ({ length }: Buffer): boolean => length >= 1 && length <= 1024

export const isSame = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other)
