import { scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Parse, StoredHash } from './stored-hash.ts'
import { costs } from './stored-hash-cost.ts'
import { decodeBytes, isUsableKey, isUsableSalt } from './stored-hash-parts.ts'

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)

type Parts = { readonly n: number; readonly r: number; readonly p: number; readonly salt: Buffer; readonly key: Buffer }

/** PHC and passlib. */
const phc = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([^$]*)\$([^$]+)$/
/** https://werkzeug.palletsprojects.com/en/stable/utils/#module-werkzeug.security */
const werkzeug = /^scrypt:(\d{1,9}):(\d{1,3}):(\d{1,3})\$([^$]+)\$([0-9a-f]+)$/
/** https://docs.djangoproject.com/en/stable/topics/auth/passwords/ */
const django = /^scrypt\$([^$]+)\$(\d{1,9})\$(\d{1,3})\$(\d{1,3})\$([^$]+)$/

function readParts(text: string): Parts | undefined {
  const [, ln, ...rest] = phc.exec(text) ?? []
  if (ln !== undefined) {
    const [r, p, salt = '', key = ''] = rest
    return partsOf({ n: 2 ** Number(ln), r, p, salt: decodeBytes(salt), key: decodeBytes(key) })
  }
  const [, wn, wr, wp, wsalt = '', wkey = ''] = werkzeug.exec(text) ?? []
  if (wn !== undefined)
    return partsOf({ n: Number(wn), r: wr, p: wp, salt: Buffer.from(wsalt), key: Buffer.from(wkey, 'hex') })
  const [, dsalt = '', dn, dr, dp, dkey = ''] = django.exec(text) ?? []
  if (dn !== undefined)
    return partsOf({ n: Number(dn), r: dr, p: dp, salt: Buffer.from(dsalt), key: decodeBytes(dkey) })
  return undefined
}

type Read = {
  readonly n: number
  readonly r: string | undefined
  readonly p: string | undefined
  readonly salt: Buffer | undefined
  readonly key: Buffer | undefined
}

function partsOf({ n, r, p, salt, key }: Read): Parts | undefined {
  const isPower = n > 1 && Number.isInteger(Math.log2(n))
  if (!isPower || salt === undefined || key === undefined || !isUsableSalt(salt) || !isUsableKey(key)) return undefined
  return { n, r: Number(r), p: Number(p), salt, key }
}

export const parseScrypt: Parse = (text) => {
  if (!/^\$?scrypt[$:]/.test(text)) return undefined
  const parts = readParts(text)
  if (parts === undefined || parts.r < 1 || parts.p < 1) return 'malformed'
  return { isOwn: false, cost: costs.scrypt(parts.n, parts.r, parts.p), verify: verifierOf(parts) }
}

const verifierOf =
  ({ n, r, p, salt, key }: Parts): StoredHash['verify'] =>
  async (_argon2, password) => {
    // Exactly what RFC 7914 needs, and a little: Node refuses more than it was allowed.
    const maxmem = 128 * r * (n + p + 2) + 1024
    return timingSafeEqual(await derive(password, salt, key.length, { N: n, r, p, maxmem }), key)
  }
