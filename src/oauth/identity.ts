import type { Context } from '../context.ts'
import type { ProviderTokens } from './exchange.ts'
import { githubIdentity } from './identity.github.ts'
import { oidcIdentity } from './identity.oidc.ts'
import { plainIdentity } from './identity.plain.ts'
import type { Identity, Provider } from './provider.ts'
import { fetchUserInfoRefusals } from './user-info.ts'

export const fetchIdentityRefusals = ['oauth:token_exchange_failed', ...fetchUserInfoRefusals] as const

type FetchIdentityRefusal = (typeof fetchIdentityRefusals)[number]

type Proof = { readonly tokens: ProviderTokens; readonly nonce: string }

/** Finds out who came back from the provider; its tokens are not kept [OA8]. */
export function fetchIdentity(ctx: Context<FetchIdentityRefusal>, provider: Provider, proof: Proof): Promise<Identity> {
  const { accessToken, idToken } = proof.tokens
  if (idToken !== undefined) return oidcIdentity(ctx, provider, { accessToken, idToken, nonce: proof.nonce })
  if (provider.protocol === 'github') return githubIdentity(ctx, provider, accessToken)
  return plainIdentity(ctx, provider, accessToken)
}
