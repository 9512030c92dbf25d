import type { Context } from '../context.ts'
import { isSuccess } from '../outbound/client.ts'
import { readJson } from '../outbound/json.ts'
import { askProvider } from './ask-provider.ts'
import type { Provider } from './provider.ts'

export type UserInfoRefusal = 'oauth:user_info_fetch_failed' | 'oauth:user_info_parse_failed'

/** What the provider says at a URL about whoever the token is for. */
export async function fetchUserInfo(
  ctx: Context<UserInfoRefusal>,
  provider: Provider,
  { url, accessToken }: { readonly url: string; readonly accessToken: string },
): Promise<unknown> {
  const reply = await askProvider(ctx, provider, url, { headers: { authorization: `Bearer ${accessToken}` } }).catch(
    (cause: unknown) => {
      throw ctx.fault('oauth:user_info_fetch_failed', { cause })
    },
  )
  if (!isSuccess(reply)) {
    throw ctx.fault('oauth:user_info_fetch_failed', { cause: new Error(`${url} answered ${reply.status}`) })
  }
  try {
    return readJson(reply)
  } catch (cause) {
    throw ctx.fault('oauth:user_info_parse_failed', { cause })
  }
}
