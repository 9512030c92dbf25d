import type { Argon2, Argon2Cost } from './argon2.ts'
import { parseArgon2 } from './stored-hash.argon2.ts'
import { parseBcrypt } from './stored-hash.bcrypt.ts'
import { parseDigest } from './stored-hash.digest.ts'
import { parseFirebase } from './stored-hash.firebase.ts'
import { parsePbkdf2 } from './stored-hash.pbkdf2.ts'
import { parsePhpass } from './stored-hash.phpass.ts'
import { parseScrypt } from './stored-hash.scrypt.ts'
import { excessOf, type Scheme } from './stored-hash-cost.ts'

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

const schemes: readonly Parse[] = [
  parseArgon2,
  parseBcrypt,
  parseScrypt,
  parseFirebase,
  parsePbkdf2,
  parsePhpass,
  parseDigest,
]

/** What Spring and directories write before a hash that says itself which it is. */
const wrapper = /^(?:\{(?:bcrypt|argon2(?:@[^}]*)?|crypt|ldap)\})*(?=[${])/i

/**
 * A hash that costs little enough where one of the server's own costs `own`.
 * @throws {StoredHashError}
 */
export function parseStoredHash(text: string, own: Argon2Cost): StoredHash {
  const bare = text.replace(wrapper, '')
  for (const parse of schemes) {
    const parsed = parse(bare)
    if (parsed === 'malformed') break
    if (parsed === undefined) continue
    const excess = excessOf(parsed.scheme, parsed.cost, own)
    if (excess === undefined) return parsed
    throw new StoredHashError(`A stored password hash costs ${excess.times.toFixed(1)} times an own one`, excess)
  }
  throw new StoredHashError('A stored password hash cannot be parsed')
}
