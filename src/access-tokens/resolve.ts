import type { Config } from '../config.ts'
import type { Database } from '../db/client.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { LastSeen } from '../sessions/last-seen.ts'
import { type SignedIn, sessionFinder, sessionRefusals } from '../sessions/resolve.ts'
import { readAccessToken } from './access-token.ts'
import type { SigningKeys } from './signing-keys.ts'

export const accessTokenRefusals = [
  'user:invalid_token',
  'user:token_expired',
  ...sessionRefusals,
] as const satisfies readonly ErrorCode[]

export type ResolveAccessToken = (text: string) => Promise<SignedIn | (typeof accessTokenRefusals)[number]>

type Deps = {
  readonly config: Config
  readonly signingKeys: SigningKeys
  readonly db: Database
  readonly lastSeen: LastSeen
}

/** An access token is honoured only while its session lives, so that what ends a session ends it at once [SE5]. */
export function accessTokenResolver({ config, signingKeys, ...deps }: Deps): ResolveAccessToken {
  const findSession = sessionFinder(deps, 'id')
  return async (text) => {
    const token = await readAccessToken(config, signingKeys, text)
    if (token === undefined) return 'user:invalid_token'
    const { outcome, nowSeconds } = await findSession(token.sessionId)
    if (token.expiresAtSeconds <= nowSeconds) return 'user:token_expired'
    if (typeof outcome !== 'string' && outcome.user.id !== token.userId) return 'user:invalid_token'
    return outcome
  }
}
