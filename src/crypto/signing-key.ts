import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** A key pair that signs access tokens. */
export type SigningKey = {
  /** RFC 7638 thumbprint: the same key has the same id wherever it is stored. */
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly publicJwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  readonly createdAt: Date
}

/** Makes the content of a key's file: a private JWK (RFC 8037) and the time at which it was made. */
export function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  return JSON.stringify({ ...privateKey.export({ format: 'jwk' }), created_at: new Date().toISOString() })
}

/**
 * Returns undefined if the text is a JWK but not a signing key as `newSigningKey` makes it.
 * @throws if the text is not a JWK
 */
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
  // A damaged private half is still a valid key, but one whose public half no service knows.
  if (x !== jwk.x) return undefined
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x } as const
  return { kid: thumbprint(publicJwk), privateKey, publicKey, publicJwk, createdAt: new Date(createdAt) }
}

/** The members in the order that RFC 7638 section 3 demands. */
const thumbprint = ({ kty, crv, x }: SigningKey['publicJwk']): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
