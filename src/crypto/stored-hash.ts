import type { Argon2, Argon2Cost } from './argon2.ts'
import { parseArgon2 } from './stored-hash.argon2.ts'
import { parseBcrypt } from './stored-hash.bcrypt.ts'
import { parsePbkdf2 } from './stored-hash.pbkdf2.ts'
import { parseScrypt } from './stored-hash.scrypt.ts'
import { mostTimesOwn, timesOwn } from './stored-hash-cost.ts'

/** A stored hash that cannot be parsed, or would cost more than is allowed [PW6]. */
export class StoredHashError extends Error {
  /** How many times an own hash it would cost, where that is why. */
  readonly timesOwn: number | undefined
  constructor(message: string, timesOwn?: number) {
    super(message)
    this.timesOwn = timesOwn
  }
}

/** What it costs is known before anything is computed. */
export type StoredHash = {
  /** In the unit of `costs`. */
  readonly cost: number
  /** Postern's own kind: its password was normalised before it was hashed. */
  readonly isOwn: boolean
  readonly verify: (argon2: Argon2, password: string) => Promise<boolean>
}

/** What a scheme makes of a text: its hash, or why it is none, or nothing where it is another scheme's. */
export type Parse = (text: string) => StoredHash | 'malformed' | undefined

const schemes: readonly Parse[] = [parseArgon2, parseBcrypt, parseScrypt, parsePbkdf2]

/**
 * A hash that costs little enough where one of the server's own costs `own`.
 * @throws {StoredHashError}
 */
export function parseStoredHash(text: string, own: Argon2Cost): StoredHash {
  for (const parse of schemes) {
    const parsed = parse(text)
    if (parsed === 'malformed') break
    if (parsed === undefined) continue
    const times = timesOwn(parsed.cost, own)
    if (times <= mostTimesOwn) return parsed
    throw new StoredHashError(`A stored password hash costs ${times.toFixed(1)} times an own one`, times)
  }
  throw new StoredHashError('A stored password hash cannot be parsed')
}
