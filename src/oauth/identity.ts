import type { OAuth2Tokens } from 'arctic'
import type { Context } from '../context.ts'
import { githubIdentity } from './identity.github.ts'
import { oidcIdentity } from './identity.oidc.ts'
import { plainIdentity } from './identity.plain.ts'
import type { Identity, Provider } from './provider.ts'
import type { UserInfoRefusal } from './user-info.ts'

export type IdentityRefusal = 'oauth:token_exchange_failed' | UserInfoRefusal

type Proof = { readonly tokens: OAuth2Tokens; readonly nonce: string }

/** Who came back; the provider's tokens are forgotten afterwards [OA8]. */
export function fetchIdentity(ctx: Context<IdentityRefusal>, provider: Provider, proof: Proof): Promise<Identity> {
  const accessToken = proof.tokens.accessToken()
  if (provider.protocol === 'github') return githubIdentity(ctx, provider, accessToken)
  if (provider.protocol === 'plain') return plainIdentity(ctx, provider, accessToken)
  return oidcIdentity(ctx, provider, { accessToken, idToken: proof.tokens.idToken(), nonce: proof.nonce })
}
