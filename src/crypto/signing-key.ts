import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** A key pair that signs access tokens. */
export type SigningKey = {
  /** RFC 7638: the same key has the same id wherever it lies. */
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly publicJwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  readonly createdAt: Date
}

/** What a key's file holds: its private JWK (RFC 8037) and the time at which it was made. */
export function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  return JSON.stringify({ ...privateKey.export({ format: 'jwk' }), created_at: new Date().toISOString() })
}

/** @throws where the text is no key */
export function parseSigningKey(text: string): SigningKey | undefined {
  const { created_at: createdAt, ...jwk } = JSON.parse(text) as { created_at?: unknown; x?: string }
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  if (
    privateKey.asymmetricKeyType !== 'ed25519' ||
    typeof createdAt !== 'string' ||
    Number.isNaN(Date.parse(createdAt))
  )
    return undefined
  const publicKey = createPublicKey(privateKey)
  const { x = '' } = publicKey.export({ format: 'jwk' })
  // A damaged private half would be a key as well, of which nobody knows.
  if (x !== jwk.x) return undefined
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x } as const
  return { kid: thumbprint(publicJwk), privateKey, publicKey, publicJwk, createdAt: new Date(createdAt) }
}

/** The members in the order that RFC 7638 section 3 demands. */
const thumbprint = ({ kty, crv, x }: SigningKey['publicJwk']): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
