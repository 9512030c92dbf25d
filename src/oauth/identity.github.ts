import { z } from 'zod'
import type { Context } from '../context.ts'
import { plainText } from './claims.ts'
import type { Identity, Provider } from './provider.ts'
import { type FetchUserInfoRefusal, fetchUserInfo, unusableSubject } from './user-info.ts'

/** https://docs.github.com/en/rest/users/users#get-the-authenticated-user */
const githubUser = z.object({
  id: z.int().positive(),
  login: plainText.optional().catch(undefined),
  avatar_url: plainText.max(2048).optional().catch(undefined),
})

/** https://docs.github.com/en/rest/users/emails#list-email-addresses-for-the-authenticated-user */
const githubEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

export async function githubIdentity(
  ctx: Context<FetchUserInfoRefusal>,
  provider: Provider,
  accessToken: string,
): Promise<Identity> {
  const url = `${ctx.config.githubApiUrl}/user`
  const user = githubUser.safeParse(await fetchUserInfo(ctx, provider, { url, accessToken }))
  if (!user.success) throw unusableSubject(ctx, provider)
  const emails = githubEmails.safeParse(await fetchUserInfo(ctx, provider, { url: `${url}/emails`, accessToken }))
  if (!emails.success) throw unusableSubject(ctx, provider, new Error('The user info has no list of addresses'))
  const verified = emails.data.find((one) => one.primary && one.verified)
  return {
    subject: String(user.data.id),
    email: verified && { text: verified.email, isProven: true },
    username: user.data.login,
    pictureUrl: user.data.avatar_url,
  }
}
