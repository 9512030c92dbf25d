import { createHash } from 'node:crypto'
import { costs } from './stored-hash-cost.ts'
import type { Parse, StoredHash } from './stored-hash-parts.ts'
import { decodeBytes, decodeHex, isSame, isUsableSalt } from './stored-hash-parts.ts'

const ldapDigests = {
  ssha: ['sha1', 20],
  ssha256: ['sha256', 32],
  ssha384: ['sha384', 48],
  ssha512: ['sha512', 64],
} as const satisfies Record<string, readonly [name: string, length: number]>

/** Salted digests of LDAP directories, RFC 2307 and its successors: the digest, then the salt. */
const ldap = /^\{(ssha|ssha256|ssha384|ssha512)\}(.+)$/i
/**
 * Spring's StandardPasswordEncoder: the salt, then the digest of salt and password, digested `springRounds` times in
 * all.
 */
const spring = /^\{sha256\}([0-9a-f]{80})$/
const springRounds = 1024

export const parseDigest: Parse = (text) => {
  const [, scheme = '', written = ''] = ldap.exec(text) ?? []
  if (scheme !== '') return ldapHash(scheme.toLowerCase() as keyof typeof ldapDigests, decodeBytes(written))
  const bytes = decodeHex(spring.exec(text)?.[1] ?? '')
  return bytes === undefined ? undefined : springHash(bytes.subarray(0, 8), bytes.subarray(8))
}

function ldapHash(scheme: keyof typeof ldapDigests, bytes: Buffer | undefined): StoredHash | 'malformed' {
  const [name, length] = ldapDigests[scheme]
  const [key, salt] = [bytes?.subarray(0, length), bytes?.subarray(length)]
  if (key === undefined || salt === undefined || !isUsableSalt(salt)) return 'malformed'
  return {
    scheme: 'digest',
    cost: costs.digest,
    verify: async (_argon2, password) => isSame(createHash(name).update(password).update(salt).digest(), key),
  }
}

const springHash = (salt: Buffer, key: Buffer): StoredHash => ({
  scheme: 'digest',
  cost: costs.digest,
  verify: async (_argon2, password) => {
    let digest = Buffer.concat([salt, Buffer.from(password)])
    for (let round = 0; round < springRounds; round++) digest = createHash('sha256').update(digest).digest()
    return isSame(digest, key)
  },
})
