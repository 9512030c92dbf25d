import { LRUCache } from 'lru-cache'
import type { Config } from '../config/config.ts'
import { digestText } from '../crypto/secret-token.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import { type AccessToken, readAccessToken } from './access-token.ts'
import { sessionFinder, sessionRefusals } from './resolve-session.ts'
import type { SignedIn } from './signed-in.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { SessionSources } from './sources.ts'

export const accessTokenRefusals = [
  'user:invalid_token',
  'user:token_expired',
  ...sessionRefusals,
] as const satisfies readonly ErrorCode[]

export type ResolveAccessToken = (text: string) => Promise<SignedIn | (typeof accessTokenRefusals)[number]>

type Deps = { readonly config: Config; readonly signingKeys: SigningKeys; readonly sources: SessionSources }

/** Bounds the verified tokens in memory, which take some 300 bytes each. */
const mostVerified = 10_000

/** Accepts an access token only while its session lives, so that what ends a session ends its tokens at once [SE5]. */
export function accessTokenResolver({ config, signingKeys, sources }: Deps): ResolveAccessToken {
  const { recall, lookUp } = sessionFinder(sources, 'id')
  // Verifying a signature costs more than a look-up in PostgreSQL. The key is the token's digest, as the token is a
  // secret.
  const verified = new LRUCache<string, AccessToken>({ max: mostVerified })

  function read(text: string): AccessToken | undefined {
    const digest = digestText(text)
    const known = verified.get(digest)
    if (known !== undefined && signingKeys.published().some(({ kid }) => kid === known.kid)) return known
    const token = readAccessToken(config, signingKeys, text)
    if (token !== undefined) verified.set(digest, token)
    return token
  }

  return async (text) => {
    const token = read(text)
    if (token === undefined) return 'user:invalid_token'
    const { outcome, nowMs } = recall(token.sessionId) ?? (await lookUp(token.sessionId, token.sessionId))
    if (token.expiresAtSeconds * 1000 <= nowMs) return 'user:token_expired'
    if (typeof outcome !== 'string' && outcome.user.id !== token.userId) return 'user:invalid_token'
    return outcome
  }
}
