import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { costs } from './stored-hash-cost.ts'
import type { Parse, StoredHash } from './stored-hash-parts.ts'
import {
  type Decode,
  decodeBytes,
  decodeHex,
  decodeText,
  isSame,
  isUsableKey,
  isUsableSalt,
} from './stored-hash-parts.ts'

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)

export type ScryptCost = { readonly n: number; readonly r: number; readonly p: number }

type Form = {
  /**
   * Has groups for the salt, the key, and those of n, r and p that are written; `packed` holds all three in hex, as
   * Spring writes them.
   */
  readonly pattern: RegExp
  readonly salt: Decode
  readonly key: Decode
}

const forms: readonly Form[] = [
  // PHC and passlib. Kratos writes N itself where these write its logarithm.
  {
    pattern: /^\$scrypt\$ln=(?<n>\d{1,8}),r=(?<r>\d{1,3}),p=(?<p>\d{1,3})\$(?<salt>[^$]*)\$(?<key>[^$]+)$/,
    salt: decodeBytes,
    key: decodeBytes,
  },
  // https://werkzeug.palletsprojects.com/en/stable/utils/#module-werkzeug.security
  {
    pattern: /^scrypt:(?<n>\d{1,9}):(?<r>\d{1,3}):(?<p>\d{1,3})\$(?<salt>[^$]+)\$(?<key>[^$]+)$/,
    salt: decodeText,
    key: decodeHex,
  },
  // ScryptPasswordHasher.encode of https://github.com/django/django/blob/main/django/contrib/auth/hashers.py
  {
    pattern: /^scrypt\$(?<n>\d{1,9})\$(?<salt>[^$]+)\$(?<r>\d{1,3})\$(?<p>\d{1,3})\$(?<key>[^$]+)$/,
    salt: decodeText,
    key: decodeBytes,
  },
  // https://docs.spring.io/spring-security/reference/features/authentication/password-storage.html
  {
    pattern: /^(?:\{scrypt(?:@[^}]*)?\})?\$(?<packed>[0-9a-f]{5,6})\$(?<salt>[^$]+)\$(?<key>[^$]+)$/,
    salt: decodeBytes,
    key: decodeBytes,
  },
  // better-auth and oslo, and Lucia with `s2:` in front. They use the salt's text as bytes, and always the same cost.
  { pattern: /^(?:s2:)?(?<salt>[0-9a-z]{16}|[0-9a-f]{32}):(?<key>[0-9a-f]{128})$/, salt: decodeText, key: decodeHex },
]

const betterAuth: ScryptCost = { n: 2 ** 14, r: 16, p: 1 }

function costOf({ n, r, p, packed }: Record<string, string | undefined>): ScryptCost {
  if (packed !== undefined) {
    const bits = Number.parseInt(packed, 16)
    return { n: 2 ** (bits >> 16), r: (bits >> 8) & 0xff, p: bits & 0xff }
  }
  if (n === undefined) return betterAuth
  return { n: Number(n), r: Number(r), p: Number(p) }
}

/** A number below 32 is the logarithm of N. */
const withoutLogarithm = ({ n, r, p }: ScryptCost): ScryptCost => ({ n: n < 32 ? 2 ** n : n, r, p })

export const isScryptCost = ({ n, r, p }: ScryptCost): boolean =>
  n > 1 && Number.isInteger(Math.log2(n)) && r >= 1 && p >= 1

export function deriveScrypt(
  { n, r, p }: ScryptCost,
  password: string,
  salt: Buffer,
  keyLength: number,
): Promise<Buffer> {
  // What RFC 7914 needs, and a little more, as Node refuses to use more than `maxmem`.
  const maxmem = 128 * r * (n + p + 2) + 1024
  return derive(password, salt, keyLength, { N: n, r, p, maxmem })
}

export const parseScrypt: Parse = (text) => {
  for (const form of forms) {
    const found = form.pattern.exec(text)?.groups
    if (found === undefined) continue
    const [salt, key] = [form.salt(found.salt ?? ''), form.key(found.key ?? '')]
    if (salt === undefined || key === undefined || !isUsableSalt(salt) || !isUsableKey(key)) return 'malformed'
    const cost = withoutLogarithm(costOf(found))
    return isScryptCost(cost) ? hashOf(cost, salt, key) : 'malformed'
  }
  return /^(?:\{scrypt|\$?scrypt[$:])/.test(text) ? 'malformed' : undefined
}

const hashOf = (cost: ScryptCost, salt: Buffer, key: Buffer): StoredHash => ({
  scheme: 'scrypt',
  cost: costs.scrypt(cost.n, cost.r, cost.p),
  verify: async (_argon2, password) => isSame(await deriveScrypt(cost, password, salt, key.length), key),
})
