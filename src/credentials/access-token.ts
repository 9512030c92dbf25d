import { verify } from 'node:crypto'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import { isUuid } from '../http/validation.ts'
import { type Claims, headerOf, signJwt } from './jwt.ts'
import type { SigningKeys } from './signing-keys.ts'

export const signAccessToken = (config: Config, key: SigningKey, claims: Claims): string =>
  signJwt(config, key, { typ: 'at+jwt', ttlSeconds: config.accessTokenTtlSeconds }, claims)

export type AccessToken = {
  readonly userId: string
  readonly sessionId: string
  readonly expiresAtSeconds: number
  /** Id of the key that signed the token. */
  readonly kid: string
}

/**
 * Reads a token of ours, expired or not: only the database's clock judges that. Returns undefined for any other text
 * [TK5].
 */
export function readAccessToken(config: Config, signingKeys: SigningKeys, text: string): AccessToken | undefined {
  const [header = '', payload = '', signature = '', ...more] = text.split('.')
  // The header must be exactly the text that we write: one with more in it (`crit`, `jku`, `jwk`, …) is not ours.
  const key = signingKeys.published().find((published) => headerOf('at+jwt', published) === header)
  if (key === undefined || more.length > 0) return undefined
  const bytes = Buffer.from(signature, 'base64url')
  // The last character has spare bits, which decoders ignore, so several texts would decode to one signature.
  if (bytes.toString('base64url') !== signature) return undefined
  if (!verify(null, Buffer.from(`${header}.${payload}`), key.publicKey, bytes)) return undefined
  const claims = claimsIn(payload)
  if (claims?.iss !== config.publicUrl || !claims.aud.includes(config.publicUrl)) return undefined
  return { userId: claims.sub, sessionId: claims.sid, expiresAtSeconds: claims.exp, kid: key.kid }
}

const claimsOfOurs = z.object({
  iss: z.string(),
  aud: z.array(z.string()),
  sub: z.string(),
  sid: z.string().refine(isUuid),
  iat: z.number(),
  exp: z.number(),
  jti: z.string(),
})

function claimsIn(payload: string): z.infer<typeof claimsOfOurs> | undefined {
  try {
    return claimsOfOurs.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString())).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
