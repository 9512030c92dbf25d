import type { Context } from '../context.ts'
import { OutboundError } from '../outbound/client.ts'
import { askProvider } from './ask-provider.ts'
import { type Claims, identityOf, mergeClaims, readClaims } from './claims.ts'
import { verifyIdToken } from './id-token.ts'
import type { Identity, Provider } from './provider.ts'
import { ProviderTokenError } from './provider-keys.ts'
import { fetchUserInfo, type UserInfoRefusal } from './user-info.ts'

type Proof = { readonly accessToken: string; readonly idToken: string; readonly nonce: string }

export async function oidcIdentity(
  ctx: Context<'oauth:token_exchange_failed' | UserInfoRefusal>,
  provider: Provider,
  { accessToken, idToken, nonce }: Proof,
): Promise<Identity> {
  const payload = await verifyOrRefuse(ctx, provider, { idToken, nonce })
  const signed = claimsOrRefuse(ctx, payload)
  const { userinfo } = provider.endpoints
  if (userinfo === undefined) return identityOf(signed)
  const info = claimsOrRefuse(ctx, await fetchUserInfo(ctx, provider, { url: userinfo, accessToken }))
  // OpenID Connect Core 1.0 section 5.3.2: an answer about somebody else must not be used.
  if (info.subject !== signed.subject) {
    throw ctx.fault('oauth:user_info_parse_failed', { details: 'The user info names another subject.' })
  }
  return identityOf(mergeClaims(signed, info))
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
    throw ctx.fault('oauth:token_exchange_failed', { cause, details: "The provider's ID token does not verify." })
  }
}

function claimsOrRefuse(ctx: Context<'oauth:user_info_parse_failed'>, payload: unknown): Claims {
  const claims = readClaims(payload)
  if (claims === undefined) throw ctx.fault('oauth:user_info_parse_failed', { details: 'There is no usable subject.' })
  return claims
}
