import type { Context } from '../context.ts'
import type { OutboundReply } from '../outbound/ask.ts'
import { readJson } from '../outbound/json.ts'
import { askProvider } from './ask-provider.ts'
import { issuersOf } from './google.ts'
import type { Provider } from './provider.ts'
import { demandNoError, demandSuccess, noteProviderFault } from './provider-answer.ts'
import { ProviderTokenError, verifyByProvider } from './provider-keys.ts'

export const fetchUserInfoRefusals = ['oauth:user_info_fetch_failed', 'oauth:user_info_parse_failed'] as const

export type FetchUserInfoRefusal = (typeof fetchUserInfoRefusals)[number]

/** What the provider says, at this URL, about the user of the access token. */
export async function fetchUserInfo(
  ctx: Context<FetchUserInfoRefusal>,
  provider: Provider,
  { url, accessToken }: { readonly url: string; readonly accessToken: string },
): Promise<unknown> {
  const refuse = (code: FetchUserInfoRefusal) => (cause: unknown) => {
    throw ctx.fault(code, { cause, details: noteProviderFault(ctx, provider, { endpoint: 'user info', cause }) })
  }
  const ask = async () => {
    const reply = await askProvider(ctx, provider, url, { headers: { authorization: `Bearer ${accessToken}` } })
    demandSuccess('user info', reply, [accessToken])
    return reply
  }
  const reply = await ask().catch(refuse('oauth:user_info_fetch_failed'))
  if (!isSigned(reply)) return Promise.try(readNamed, reply, accessToken).catch(refuse('oauth:user_info_parse_failed'))
  return verifyUserInfo(ctx, provider, reply).catch((cause: unknown) => {
    const isToken = cause instanceof ProviderTokenError
    return refuse(isToken ? 'oauth:user_info_parse_failed' : 'oauth:user_info_fetch_failed')(cause)
  })
}

/** @throws {OutboundError} if it is not JSON, or an error instead of somebody's claims */
function readNamed(reply: OutboundReply, accessToken: string): unknown {
  const info = readJson(reply)
  const isSomebody = typeof info === 'object' && info !== null && ('sub' in info || 'id' in info)
  if (!isSomebody) demandNoError('user info', reply, [accessToken])
  return info
}

const isSigned = ({ headers }: OutboundReply): boolean =>
  /^\s*application\/jwt\s*(?:;|$)/i.test(String(headers['content-type'] ?? ''))

/**
 * OpenID Connect Core 1.0 section 5.3.2: the provider's keys must verify it, and if it names an issuer or an audience,
 * they must be this provider and this client [FD11].
 */
async function verifyUserInfo(ctx: Context<never>, provider: Provider, { bytes }: OutboundReply): Promise<unknown> {
  const deps = { providerKeys: ctx.providerKeys, askProvider: (of: Provider, url: string) => askProvider(ctx, of, url) }
  const jwt = bytes.toString('utf8').trim()
  const { payload } = await verifyByProvider(deps, provider, { jwt, claims: { clockTolerance: 60 }, from: 'provider' })
  const { iss, aud } = payload
  const isOurs = aud === undefined || [aud].flat().includes(provider.clientId)
  if (isOurs && (iss === undefined || issuersOf(provider).includes(iss))) return payload
  throw new ProviderTokenError('The signed user info is of another issuer or for another client')
}

/** The error for an answer without a usable identity. */
export function unusableSubject(
  ctx: Context<'oauth:user_info_parse_failed'>,
  provider: Provider,
  cause = new Error('The user info has no usable subject'),
): Error {
  const details = noteProviderFault(ctx, provider, { endpoint: 'user info', cause })
  return ctx.fault('oauth:user_info_parse_failed', { cause, details })
}
