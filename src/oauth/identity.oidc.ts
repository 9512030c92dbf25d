import type { Context } from '../context.ts'
import { OutboundError } from '../outbound/ask.ts'
import { askProvider } from './ask-provider.ts'
import { type Claims, identityOf, mergeClaims, readClaims } from './claims.ts'
import { verifyIdToken } from './id-token.ts'
import type { Identity, Provider } from './provider.ts'
import { noteProviderFault } from './provider-answer.ts'
import { ProviderTokenError } from './provider-keys.ts'
import { type FetchUserInfoRefusal, fetchUserInfo, unusableSubject } from './user-info.ts'

type Proof = { readonly accessToken: string | undefined; readonly idToken: string; readonly nonce: string }

export async function oidcIdentity(
  ctx: Context<'oauth:token_exchange_failed' | FetchUserInfoRefusal>,
  provider: Provider,
  { accessToken, idToken, nonce }: Proof,
): Promise<Identity> {
  const payload = await verifyOrRefuse(ctx, provider, { idToken, nonce })
  const signed = claimsOrRefuse(ctx, provider, payload)
  const { userinfo } = provider.endpoints
  if (userinfo === undefined || accessToken === undefined) return identityOf(provider, signed)
  const info = claimsOrRefuse(ctx, provider, await fetchUserInfo(ctx, provider, { url: userinfo, accessToken }))
  // OpenID Connect Core 1.0 section 5.3.2: user info about another subject must not be used.
  if (info.subject !== signed.subject)
    throw unusableSubject(ctx, provider, new Error('The user info names another subject than the ID token'))
  return identityOf(provider, mergeClaims(signed, info))
}

async function verifyOrRefuse(
  ctx: Context<'oauth:token_exchange_failed'>,
  provider: Provider,
  { idToken, nonce }: { readonly idToken: string; readonly nonce: string },
) {
  const ask = (of: Provider, url: string) => askProvider(ctx, of, url)
  try {
    return await verifyIdToken({ askProvider: ask, providerKeys: ctx.providerKeys }, provider, idToken, { nonce })
  } catch (cause) {
    if (!(cause instanceof ProviderTokenError || cause instanceof OutboundError)) throw cause
    const details = noteProviderFault(ctx, provider, { endpoint: 'ID token', cause })
    throw ctx.fault('oauth:token_exchange_failed', { cause, details })
  }
}

function claimsOrRefuse(ctx: Context<'oauth:user_info_parse_failed'>, provider: Provider, payload: unknown): Claims {
  const claims = readClaims(payload)
  if (claims === undefined) throw unusableSubject(ctx, provider)
  return claims
}
