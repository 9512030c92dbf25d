import type { Argon2Cost } from './argon2.ts'
import { parseArgon2 } from './stored-hash.argon2.ts'
import { parseBcrypt } from './stored-hash.bcrypt.ts'
import { parseDigest } from './stored-hash.digest.ts'
import { parseFirebase } from './stored-hash.firebase.ts'
import { parsePbkdf2 } from './stored-hash.pbkdf2.ts'
import { parsePhpass } from './stored-hash.phpass.ts'
import { parseScrypt } from './stored-hash.scrypt.ts'
import { parseShaCrypt } from './stored-hash.sha-crypt.ts'
import { excessOf } from './stored-hash-cost.ts'
import { type Parse, type StoredHash, StoredHashError } from './stored-hash-parts.ts'

const schemes: readonly Parse[] = [
  parseArgon2,
  parseBcrypt,
  parseScrypt,
  parseFirebase,
  parsePbkdf2,
  parsePhpass,
  parseShaCrypt,
  parseDigest,
]

/** The prefix that Spring and directories write before a hash that itself names its scheme. */
const wrapper = /^(?:\{(?:bcrypt|argon2(?:@[^}]*)?|crypt|ldap)\})*(?=[${])/i

/**
 * Parses a hash that may cost no more than allowed, compared with the server's own hashes, which cost `own`.
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
