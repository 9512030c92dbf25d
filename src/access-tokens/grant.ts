import type { Context } from '../context.ts'
import { KeyringError } from '../crypto/keyring.ts'
import type { SigningKey } from '../crypto/signing-key.ts'
import type { Role } from '../users/roles.ts'
import { signAccessToken } from './access-token.ts'

/** What a client is given. */
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

/** Asked for before anything is used up: without it nothing is. */
export function getSigningKey(ctx: Context<'system:token_creation_error'>): SigningKey {
  try {
    return ctx.signingKeys.getCurrent()
  } catch (cause) {
    if (!(cause instanceof KeyringError)) throw cause
    throw ctx.fault('system:token_creation_error', { cause, details: 'KEYS_DIR has no signing key that can be used.' })
  }
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
