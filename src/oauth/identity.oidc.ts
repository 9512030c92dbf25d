import { z } from 'zod'
import type { Context } from '../context.ts'
import { OutboundError } from '../outbound/client.ts'
import { askProvider } from './ask-provider.ts'
import { IdTokenError, verifyIdToken } from './id-token.ts'
import type { Identity, Provider } from './provider.ts'
import { fetchUserInfo, type UserInfoRefusal } from './user-info.ts'

/** PostgreSQL takes no NUL, and of lone surrogates it makes one and the same character: two subjects would be one. */
export const plainText = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u)

/** OpenID Connect Core 1.0 section 5.1; other types than these are as good as absent. */
const claims = z.object({
  sub: plainText.min(1).max(255),
  email: z.string().optional().catch(undefined),
  email_verified: z.unknown().optional(),
  preferred_username: plainText.optional().catch(undefined),
  picture: plainText.max(2048).optional().catch(undefined),
})

/** What ID token and user info say; of an address only where it is vouched for by `true` itself. */
export function readClaims(payload: unknown): Identity | undefined {
  const found = claims.safeParse(payload)
  if (!found.success) return undefined
  const {
    sub: subject,
    email,
    email_verified: verified,
    preferred_username: username,
    picture: pictureUrl,
  } = found.data
  return { subject, verifiedEmail: verified === true ? email : undefined, username, pictureUrl }
}

type Proof = { readonly accessToken: string; readonly idToken: string; readonly nonce: string }

export async function oidcIdentity(
  ctx: Context<'oauth:token_exchange_failed' | UserInfoRefusal>,
  provider: Provider,
  { accessToken, idToken, nonce }: Proof,
): Promise<Identity> {
  const payload = await verifyOrRefuse(ctx, provider, { idToken, nonce })
  const { userinfo } = provider.endpoints
  if (userinfo === undefined) return identityOrRefuse(ctx, payload)
  const info = await fetchUserInfo(ctx, provider, { url: userinfo, accessToken })
  const identity = identityOrRefuse(ctx, info)
  // OpenID Connect Core 1.0 section 5.3.2: an answer about somebody else must not be used.
  if (identity.subject !== payload.sub) {
    throw ctx.fault('oauth:user_info_parse_failed', { details: 'The user info names another subject.' })
  }
  const told = readClaims(payload)
  // An address and the word for it come from one place: those of two do not belong together.
  const hasEmail = typeof (info as { email?: unknown }).email === 'string'
  return {
    subject: identity.subject,
    verifiedEmail: hasEmail ? identity.verifiedEmail : told?.verifiedEmail,
    username: identity.username ?? told?.username,
    pictureUrl: identity.pictureUrl ?? told?.pictureUrl,
  }
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
    if (!(cause instanceof IdTokenError || cause instanceof OutboundError)) throw cause
    throw ctx.fault('oauth:token_exchange_failed', { cause, details: "The provider's ID token does not verify." })
  }
}

function identityOrRefuse(ctx: Context<'oauth:user_info_parse_failed'>, payload: unknown): Identity {
  const identity = readClaims(payload)
  if (identity === undefined)
    throw ctx.fault('oauth:user_info_parse_failed', { details: 'There is no usable subject.' })
  return identity
}
