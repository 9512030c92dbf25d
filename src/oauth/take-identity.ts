import type { Context } from '../context.ts'
import { exchangeCode } from './exchange.ts'
import { findProvider, findProviderRefusals } from './find-provider.ts'
import { issuersOf } from './google.ts'
import { fetchIdentity, fetchIdentityRefusals } from './identity.ts'
import type { Identity, Provider } from './provider.ts'
import { takeState } from './state.ts'

export const takeIdentityRefusals = [
  ...findProviderRefusals,
  'oauth:invalid_state',
  'oauth:state_expired',
  ...fetchIdentityRefusals,
] as const

type TakeIdentityRefusal = (typeof takeIdentityRefusals)[number]

export type Return = {
  readonly slug: string
  readonly code: string
  readonly state: string
  readonly iss: string | undefined
  readonly flow: 'login' | 'link'
  readonly anonymousDigests: readonly Buffer[]
  /** Set if the flow is `link`. */
  readonly sessionId?: string
}

type Came = {
  readonly provider: Provider
  readonly identity: Identity
  readonly redirectTo: string
  readonly rememberMe: boolean
}

/** Afterwards the state is used up; returns who came back from the provider, and the page to go on to. */
export async function takeIdentity(
  ctx: Context<TakeIdentityRefusal>,
  { slug, code, state, iss, flow, anonymousDigests, sessionId }: Return,
): Promise<Came> {
  const provider = await findProvider(ctx, slug)
  if (!isOwnIssuer(provider, iss)) throw ctx.fault('oauth:invalid_state', { details: 'Another issuer sent this back.' })
  const taken = await takeState(ctx, { state, provider, flow, anonymousDigests, sessionId })
  if (taken === 'expired') throw ctx.fault('oauth:state_expired')
  if (taken === 'invalid' || taken.secrets === undefined) throw ctx.fault('oauth:invalid_state')
  const { codeVerifier, nonce } = taken.secrets
  const tokens = await exchangeCode(ctx, provider, { code, codeVerifier })
  const identity = await fetchIdentity(ctx, provider, { tokens, nonce })
  return { provider, identity, redirectTo: taken.redirectTo, rememberMe: taken.rememberMe }
}

/**
 * RFC 9207: the answer must come from the provider that the browser was sent to; otherwise one provider could pass its
 * codes off as another's [OA2].
 */
function isOwnIssuer(provider: Provider, iss: string | undefined): boolean {
  if (iss === undefined) return !provider.endpoints.namesIssuer
  if (provider.protocol === 'oidc') return issuersOf(provider).includes(iss)
  // GitHub's `iss` is not the URL that it is reached at.
  return provider.protocol === 'plain' || [provider.issuer, `${provider.issuer}/login/oauth`].includes(iss)
}
