import { createPublicKey, type webcrypto } from 'node:crypto'

/** Offered in this order: EdDSA, ES256, RS256. https://www.iana.org/assignments/cose */
export const algorithms = [-8, -7, -257] as const

/** A key as COSE writes it, with numbers as names. */
type CoseKey = { get(name: number): unknown }

const [kty, alg, n, e, crv, x, y] = [1, 3, -1, -2, -1, -2, -3]
const rsaBits = { least: 2048, most: 4096 }
/** Bounds the exponent of an RSA key: 65537 takes three bytes, and a longer one would make every sign-in slow. */
const mostExponentBytes = 4

/**
 * Whether signatures by this key can be verified. A registration is not signed with it, so a broken key would otherwise
 * count as a way in although it opens nothing.
 */
export function isUsableKey(key: CoseKey): boolean {
  const jwk = asJwk(key)
  if (jwk === undefined) return false
  const { asymmetricKeyDetails: { modulusLength } = {} } = createPublicKey({ key: jwk, format: 'jwk' })
  return modulusLength === undefined || (modulusLength >= rsaBits.least && modulusLength <= rsaBits.most)
}

/** RFC 9053, sections 7.1 and 7.2, and RFC 8230. Returns undefined unless the kind of key fits its algorithm. */
function asJwk(key: CoseKey): webcrypto.JsonWebKey | undefined {
  const kind = `${String(key.get(alg))} ${String(key.get(kty))}`
  if (kind === '-8 1' && key.get(crv) === 6) return { kty: 'OKP', crv: 'Ed25519', x: bytes(key.get(x), 32) }
  if (kind === '-7 2' && key.get(crv) === 1)
    return { kty: 'EC', crv: 'P-256', x: bytes(key.get(x), 32), y: bytes(key.get(y), 32) }
  if (kind === '-257 3') return { kty: 'RSA', n: bytes(key.get(n)), e: bytes(key.get(e), undefined, mostExponentBytes) }
  return undefined
}

function bytes(value: unknown, length?: number, most = rsaBits.most): string {
  if (!(value instanceof Uint8Array) || value.length > most || (length !== undefined && value.length !== length))
    throw new RangeError('a number of the key is none, or of another length')
  return Buffer.from(value).toString('base64url')
}
