import { randomUUIDv7, sign } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { SigningKey } from '../crypto/signing-key.ts'

/** RFC 8725 section 3.11: each kind has its own `typ`, so that no JWT of another kind passes for it. */
export type JwtKind = 'at+jwt' | 'identity+jwt'

export type Claims = {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  /** Who acts as the user, if it is not the user: RFC 8693 section 4.1. */
  readonly actor?: { readonly by: string; readonly readOnly: boolean } | undefined
  /** Seconds since 1970, by the database's clock. */
  readonly issuedAtSeconds: number
}

type Kind = { readonly typ: JwtKind; readonly ttlSeconds: number }

/** RFC 7515 section 3.1. Signs on this thread, as WebCrypto would have to wait behind passwords being hashed. */
export function signJwt(config: Config, key: SigningKey, { typ, ttlSeconds }: Kind, claims: Claims): string {
  const issuedAt = Math.floor(claims.issuedAtSeconds)
  const payload = encode({
    sid: claims.sessionId,
    roles: claims.roles,
    iss: config.publicUrl,
    aud: [config.publicUrl, ...config.jwtAudience],
    sub: claims.userId,
    ...(claims.actor && { act: { sub: claims.actor.by }, read_only: claims.actor.readOnly }),
    iat: issuedAt,
    exp: issuedAt + ttlSeconds,
    jti: randomUUIDv7(),
  })
  const signed = `${headerOf(typ, key)}.${payload}`
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString('base64url')}`
}

/** The exact text of the header, which verification compares literally. */
export const headerOf = (typ: JwtKind, { kid }: SigningKey): string => encode({ alg: 'EdDSA', typ, kid })

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
