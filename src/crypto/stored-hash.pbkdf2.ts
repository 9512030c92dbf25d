import { pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Parse } from './stored-hash.ts'
import { costs } from './stored-hash-cost.ts'
import { decodeBytes, isUsableKey, isUsableSalt } from './stored-hash-parts.ts'

const derive = promisify(pbkdf2)

/** With the bytes that each gives: a longer key is computed in so many blocks. */
const digests = { sha1: 20, sha256: 32, sha512: 64 } as const
type Digest = keyof typeof digests

type Parts = {
  readonly digest: string
  readonly rounds: string
  readonly salt: Buffer | undefined
  readonly key: Buffer | undefined
}

/** PHC writes `i=…,l=…`, passlib the rounds alone and the digest of SHA-1 not at all. */
const phc = /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,10})(?:,l=\d{1,4})?\$([^$]*)\$([^$]+)$/
/** https://docs.djangoproject.com/en/stable/topics/auth/passwords/ */
const django = /^pbkdf2_(sha1|sha256|sha512)\$(\d{1,10})\$([^$]+)\$([^$]+)$/
/** https://werkzeug.palletsprojects.com/en/stable/utils/#module-werkzeug.security */
const werkzeug = /^pbkdf2:(sha1|sha256|sha512):(\d{1,10})\$([^$]+)\$([0-9a-f]+)$/

function readParts(text: string): Parts | undefined {
  const [, pdigest = 'sha1', prounds, psalt = '', pkey = ''] = phc.exec(text) ?? []
  if (prounds !== undefined)
    return { digest: pdigest, rounds: prounds, salt: decodeBytes(psalt), key: decodeBytes(pkey) }
  const [, ddigest = '', drounds, dsalt = '', dkey = ''] = django.exec(text) ?? []
  if (drounds !== undefined)
    return { digest: ddigest, rounds: drounds, salt: Buffer.from(dsalt), key: decodeBytes(dkey) }
  const [, wdigest = '', wrounds, wsalt = '', wkey = ''] = werkzeug.exec(text) ?? []
  if (wrounds === undefined) return undefined
  return { digest: wdigest, rounds: wrounds, salt: Buffer.from(wsalt), key: Buffer.from(wkey, 'hex') }
}

export const parsePbkdf2: Parse = (text) => {
  if (!/^\$?pbkdf2/.test(text)) return undefined
  const { digest: name, rounds: roundsText, salt, key } = readParts(text) ?? {}
  const rounds = Number(roundsText)
  // The patterns let no other pass.
  const digest = name as Digest
  if (salt === undefined || key === undefined || !isUsableSalt(salt) || !isUsableKey(key)) return 'malformed'
  if (rounds < 1) return 'malformed'
  return {
    isOwn: false,
    cost: costs.pbkdf2[digest] * rounds * Math.ceil(key.length / digests[digest]),
    verify: async (_argon2, password) => timingSafeEqual(await derive(password, salt, rounds, key.length, digest), key),
  }
}
