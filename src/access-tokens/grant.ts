import type { Role } from '../accounts/roles.ts'
import type { Context } from '../context.ts'
import { signAccessToken } from '../credentials/access-token.ts'
import type { SigningKey } from '../crypto/signing-key.ts'

/** The tokens that a client gets. */
export type Grant = {
  readonly accessToken: string
  readonly expiresInSeconds: number
  readonly refreshToken: string
  /** Whether a cookie with the refresh token outlives the browser. */
  readonly rememberMe: boolean
}

type Holder = {
  readonly userId: string
  readonly sessionId: string
  readonly rememberMe: boolean
  readonly roles: readonly Role[]
  readonly refreshToken: string
  readonly issuedAtSeconds: number
}

export function grantTokens(ctx: Context<never>, key: SigningKey, holder: Holder): Grant {
  const { refreshToken, rememberMe, ...claims } = holder
  return {
    accessToken: signAccessToken(ctx.config, key, claims),
    expiresInSeconds: ctx.config.accessTokenTtlSeconds,
    refreshToken,
    rememberMe,
  }
}
