import { randomUUIDv7 } from 'node:crypto'
import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose'
import type { Config } from '../config.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { isUuid } from '../http/validation.ts'
import type { SigningKeys } from './signing-keys.ts'

/** RFC 8725 section 3.11: no other JWT can pass for one of these. */
const typ = 'at+jwt'
const alg = 'EdDSA'

type Claims = {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  /** By the database's clock. */
  readonly issuedAtSeconds: number
}

export function signAccessToken(config: Config, key: SigningKey, claims: Claims): Promise<string> {
  const { userId, sessionId, roles, issuedAtSeconds } = claims
  return new SignJWT({ sid: sessionId, roles })
    .setProtectedHeader({ alg, typ, kid: key.kid })
    .setIssuer(config.publicUrl)
    .setAudience([config.publicUrl, ...config.jwtAudience])
    .setSubject(userId)
    .setIssuedAt(Math.floor(issuedAtSeconds))
    .setExpirationTime(Math.floor(issuedAtSeconds) + config.accessTokenTtlSeconds)
    .setJti(randomUUIDv7())
    .sign(key.privateKey)
}

export type AccessToken = {
  readonly userId: string
  readonly sessionId: string
  readonly expiresAtSeconds: number
  /** Of the key that signed it. */
  readonly kid: string
}

/** What a token of ours says, expired or not: that is judged by the database's clock. Anybody else's says nothing [TK5]. */
export async function readAccessToken(
  config: Config,
  signingKeys: SigningKeys,
  text: string,
): Promise<AccessToken | undefined> {
  if (!hasOneSpelling(text)) return undefined
  try {
    const { payload, protectedHeader } = await jwtVerify(text, (header) => findKey(signingKeys, header), {
      algorithms: [alg],
      typ,
      issuer: config.publicUrl,
      audience: config.publicUrl,
      requiredClaims: ['sub', 'sid', 'exp', 'iat', 'jti'],
      currentDate: new Date(0),
    })
    const { sub: userId, sid: sessionId, exp: expiresAtSeconds } = payload
    const isComplete = userId !== undefined && expiresAtSeconds !== undefined
    if (!isComplete || typeof sessionId !== 'string' || !isUuid(sessionId)) return undefined
    return { userId, sessionId, expiresAtSeconds, kid: protectedHeader.kid ?? '' }
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/** The last character of a signature has bits to spare, which decoders ignore; header and claims are signed as they are spelt. */
function hasOneSpelling(text: string): boolean {
  const signature = text.slice(text.lastIndexOf('.') + 1)
  return Buffer.from(signature, 'base64url').toString('base64url') === signature
}

const ownHeader = new Set(['alg', 'typ', 'kid'])

/** A header with more than we write (`crit`, `jku`, `jwk`, …) is not ours. */
function findKey(signingKeys: SigningKeys, header: JWTHeaderParameters) {
  const key = signingKeys.published().find(({ kid }) => kid === header.kid)
  if (key === undefined || !Object.keys(header).every((name) => ownHeader.has(name)))
    throw new errors.JWKSNoMatchingKey()
  return key.publicKey
}
