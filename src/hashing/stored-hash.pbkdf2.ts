import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { costs } from './stored-hash-cost.ts'
import type { Parse, StoredHash } from './stored-hash-parts.ts'
import { decodeBytes, decodeHex, decodeText, isSame, isUsableKey, isUsableSalt } from './stored-hash-parts.ts'

const derive = promisify(pbkdf2)

/** The digests, with their lengths in bytes. */
const digests = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const
type Digest = keyof typeof digests

type Parts = {
  readonly digest: string | undefined
  readonly rounds: number
  readonly salt: Buffer | undefined
  readonly key: Buffer | undefined
}
type Read = (text: string) => Parts | undefined

/**
 * PHC writes `i=…,l=…`; passlib writes only the rounds, and for SHA-1 no digest. `{PBKDF2-SHA256}` of OpenLDAP and
 * passlib is otherwise the same.
 */
const phc =
  /^(?:\$pbkdf2(?:-(sha\d{1,3}))?\$|\{pbkdf2(?:-(sha\d{1,3}))?\})(?:i=)?(\d{1,10})(?:,l=\d{1,4})?\$([^$]*)\$([^$]+)$/i
const readPhc: Read = (text) => {
  const [, one, other, rounds, salt = '', key = ''] = phc.exec(text) ?? []
  if (rounds === undefined) return undefined
  const digest = (one ?? other ?? 'sha1').toLowerCase()
  return { digest, rounds: Number(rounds), salt: decodeBytes(salt), key: decodeBytes(key) }
}

/** https://docs.djangoproject.com/en/stable/topics/auth/passwords/ */
const django = /^pbkdf2_(sha1|sha256|sha512)\$(\d{1,10})\$([^$]+)\$([^$]+)$/
const readDjango: Read = (text) => {
  const [, digest, rounds, salt = '', key = ''] = django.exec(text) ?? []
  return rounds === undefined
    ? undefined
    : { digest, rounds: Number(rounds), salt: decodeText(salt), key: decodeBytes(key) }
}

/** https://werkzeug.palletsprojects.com/en/stable/utils/#module-werkzeug.security */
const werkzeug = /^pbkdf2:(sha\d{1,3}):(\d{1,10})\$([^$]+)\$([0-9a-f]+)$/
const readWerkzeug: Read = (text) => {
  const [, digest, rounds, salt = '', key = ''] = werkzeug.exec(text) ?? []
  return rounds === undefined
    ? undefined
    : { digest, rounds: Number(rounds), salt: decodeText(salt), key: decodeHex(key) }
}

/** Spring writes salt and key as one text, without digest and rounds, which follow from its version. */
const spring = /^\{pbkdf2(@SpringSecurity_v5_8)?\}([0-9a-f]+)$/
const readSpring: Read = (text) => {
  const [, isNew, hex] = spring.exec(text) ?? []
  const bytes = hex === undefined ? undefined : decodeHex(hex)
  if (bytes === undefined) return undefined
  const [digest, rounds, saltLength] = isNew ? ['sha256', 310_000, 16] : ['sha1', 185_000, 8]
  return { digest, rounds, salt: bytes.subarray(0, saltLength), key: bytes.subarray(saltLength) }
}

/**
 * ASP.NET Identity writes the Base64 of plain bytes: 0, salt and key, or 1, digest, rounds, length of the salt, salt
 * and key. https://github.com/dotnet/aspnetcore/blob/main/src/Identity/Extensions.Core/src/PasswordHasher.cs
 */
const aspNetDigests: readonly Digest[] = ['sha1', 'sha256', 'sha512']
const aspNet = /^(?:AQAAAA[A-Za-z0-9+/]{30,300}={0,2}|A[A-P][A-Za-z0-9+/]{64}==)$/
const readAspNet: Read = (text) => {
  const bytes = aspNet.test(text) ? Buffer.from(text, 'base64') : undefined
  if (bytes === undefined) return undefined
  if (bytes[0] === 0) return { digest: 'sha1', rounds: 1000, salt: bytes.subarray(1, 17), key: bytes.subarray(17) }
  const keyAt = 13 + bytes.readUInt32BE(9)
  const digest = aspNetDigests[bytes.readUInt32BE(1)]
  return { digest, rounds: bytes.readUInt32BE(5), salt: bytes.subarray(13, keyAt), key: bytes.subarray(keyAt) }
}

const readers: readonly Read[] = [readPhc, readDjango, readWerkzeug, readSpring, readAspNet]

const isDigest = (name: string | undefined): name is Digest => name !== undefined && name in digests

export const parsePbkdf2: Parse = (text) => {
  for (const read of readers) {
    const parts = read(text)
    if (parts !== undefined) return hashOf(parts)
  }
  return /^[${]?pbkdf2/i.test(text) ? 'malformed' : undefined
}

function hashOf({ digest, rounds, salt, key }: Parts): StoredHash | 'malformed' {
  if (salt === undefined || key === undefined || !isUsableSalt(salt) || !isUsableKey(key)) return 'malformed'
  if (!isDigest(digest) || rounds < 1) return 'malformed'
  // Only the first block is compared: each further block of a longer key would cost as much and prove no more.
  const first = key.subarray(0, digests[digest])
  return {
    scheme: 'pbkdf2',
    cost: costs.pbkdf2[digest] * rounds,
    verify: async (_argon2, password) => isSame(await derive(password, salt, rounds, first.length, digest), first),
  }
}
