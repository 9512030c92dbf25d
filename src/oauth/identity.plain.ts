import type { Context } from '../context.ts'
import { identityOf, readClaims } from './claims.ts'
import type { Identity, Provider } from './provider.ts'
import { type FetchUserInfoRefusal, fetchUserInfo, unusableSubject } from './user-info.ts'

/** OAuth 2 does not define how a user is identified: `sub` is read as in OIDC, else `id`. */
export async function plainIdentity(
  ctx: Context<FetchUserInfoRefusal>,
  provider: Provider,
  accessToken: string,
): Promise<Identity> {
  const { userinfo: url = '' } = provider.endpoints
  const info = (await fetchUserInfo(ctx, provider, { url, accessToken })) as Record<string, unknown> | null
  const claims = readClaims({ ...info, sub: textOf(info?.sub ?? info?.id) })
  if (claims === undefined) throw unusableSubject(ctx, provider)
  return identityOf(provider, claims)
}

/** Turns a number into its digits. Zero and negative numbers are what broken systems give for every user [FD1]. */
function textOf(subject: unknown): unknown {
  if (typeof subject !== 'number' && typeof subject !== 'bigint') return subject
  return (typeof subject === 'bigint' || Number.isSafeInteger(subject)) && subject > 0 ? String(subject) : undefined
}
