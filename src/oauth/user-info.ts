import type { Context } from '../context.ts'
import { readJson } from '../outbound/json.ts'
import { askProvider } from './ask-provider.ts'
import type { Provider } from './provider.ts'
import { demandSuccess, noteProviderFault } from './provider-answer.ts'

export type UserInfoRefusal = 'oauth:user_info_fetch_failed' | 'oauth:user_info_parse_failed'

/** What the provider says at a URL about whoever the token is for. */
export async function fetchUserInfo(
  ctx: Context<UserInfoRefusal>,
  provider: Provider,
  { url, accessToken }: { readonly url: string; readonly accessToken: string },
): Promise<unknown> {
  const refuse = (code: UserInfoRefusal) => (cause: unknown) => {
    throw ctx.fault(code, { cause, details: noteProviderFault(ctx, provider, { place: 'user info', cause }) })
  }
  const ask = async () => {
    const reply = await askProvider(ctx, provider, url, { headers: { authorization: `Bearer ${accessToken}` } })
    demandSuccess('user info', reply, [accessToken])
    return reply
  }
  const reply = await ask().catch(refuse('oauth:user_info_fetch_failed'))
  return Promise.try(readJson, reply).catch(refuse('oauth:user_info_parse_failed'))
}

/** An answer that holds no identity. */
export function unusableSubject(
  ctx: Context<'oauth:user_info_parse_failed'>,
  provider: Provider,
  cause = new Error('The user info has no usable subject'),
): Error {
  const details = noteProviderFault(ctx, provider, { place: 'user info', cause })
  return ctx.fault('oauth:user_info_parse_failed', { cause, details })
}
