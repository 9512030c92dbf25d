import { createPublicKey, type KeyObject, verify, type webcrypto } from 'node:crypto'
import { readCose } from './cose.ts'

/** Offered in this order: EdDSA, ES256, RS256. https://www.iana.org/assignments/cose */
export const algorithms = [-8, -7, -257] as const

/** A key as COSE writes it, with numbers as names. */
type CoseKey = ReadonlyMap<number, number | Buffer>

const [kty, alg, n, e, crv, x, y] = [1, 3, -1, -2, -1, -2, -3]
const rsaBits = { least: 2048, most: 4096 }
/** Bounds the exponent of an RSA key: 65537 takes three bytes, and a longer one would make every sign-in slow. */
const mostExponentBytes = 4

/** A key that signatures are verified with. */
export type PublicKey = { readonly algorithm: number; readonly key: KeyObject }

/**
 * Reads the stored form of a key. A registration is not signed with its key, so it calls this too: a broken key would
 * otherwise count as a way in although it opens nothing.
 * @throws an error of any class unless signatures by this key can be verified
 */
export function readPublicKey(stored: Buffer): PublicKey {
  const cose = readCose(stored)
  const jwk = asJwk(cose)
  if (jwk === undefined) throw new Error('the key is of no algorithm that was offered')
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const { modulusLength = rsaBits.least } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < rsaBits.least || modulusLength > rsaBits.most)
    throw new RangeError('the RSA key is too small or large')
  return { algorithm: Number(cose.get(alg)), key }
}

export const isSignedBy = ({ algorithm, key }: PublicKey, data: Buffer, signature: Buffer): boolean =>
  verify(algorithm === -8 ? null : 'sha256', data, key, signature)

/** RFC 9053, sections 7.1 and 7.2, and RFC 8230. Returns undefined unless the kind of key fits its algorithm. */
function asJwk(key: CoseKey): webcrypto.JsonWebKey | undefined {
  const kind = `${String(key.get(alg))} ${String(key.get(kty))}`
  if (kind === '-8 1' && key.get(crv) === 6) return { kty: 'OKP', crv: 'Ed25519', x: bytes(key.get(x), 32) }
  if (kind === '-7 2' && key.get(crv) === 1)
    return { kty: 'EC', crv: 'P-256', x: bytes(key.get(x), 32), y: bytes(key.get(y), 32) }
  if (kind === '-257 3') return { kty: 'RSA', n: bytes(key.get(n)), e: bytes(key.get(e), undefined, mostExponentBytes) }
  return undefined
}

function bytes(value: number | Buffer | undefined, length?: number, most = rsaBits.most): string {
  if (!Buffer.isBuffer(value) || value.length > most || (length !== undefined && value.length !== length))
    throw new RangeError('a number of the key is none, or of another length')
  return value.toString('base64url')
}
