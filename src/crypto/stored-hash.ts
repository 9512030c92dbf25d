import type { Argon2 } from './argon2.ts'
import { parseArgon2 } from './stored-hash.argon2.ts'
import { parseBcrypt } from './stored-hash.bcrypt.ts'
import { parsePbkdf2 } from './stored-hash.pbkdf2.ts'
import { parseScrypt } from './stored-hash.scrypt.ts'

/** A stored hash that cannot be parsed, or would cost more than is allowed [PW6]. */
export class StoredHashError extends Error {}

/** A hash within its bounds: what it costs is known before anything is computed. */
export type StoredHash = {
  /** Postern's own kind: its password was normalised before it was hashed. */
  readonly isOwn: boolean
  readonly verify: (argon2: Argon2, password: string) => Promise<boolean>
}

/** What a scheme makes of a text: its hash, or why it is none, or nothing where it is another scheme's. */
export type Parse = (text: string) => StoredHash | 'malformed' | 'too costly' | undefined

const schemes: readonly Parse[] = [parseArgon2, parseBcrypt, parseScrypt, parsePbkdf2]

/** @throws {StoredHashError} */
export function parseStoredHash(text: string): StoredHash {
  for (const parse of schemes) {
    const parsed = parse(text)
    if (parsed === 'too costly') throw new StoredHashError('A stored password hash is out of the cost bounds')
    if (parsed === 'malformed') break
    if (parsed !== undefined) return parsed
  }
  throw new StoredHashError('A stored password hash cannot be parsed')
}
