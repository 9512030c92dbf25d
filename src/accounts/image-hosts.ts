import { eq, sql } from 'drizzle-orm'
import { oauthProviders } from '../db/schema/oauth.ts'
import type { Deps } from '../deps.ts'

/** The hosts from which the provider's pictures may be fetched. */
export async function imageHostsOf({ config, db }: Deps, providerId: string): Promise<readonly string[]> {
  if (providerId === 'google') return config.googleImageHosts
  if (providerId === 'github') return config.githubImageHosts
  const [row] = await db
    .select({ imageHosts: oauthProviders.imageHosts })
    .from(oauthProviders)
    .where(eq(sql`${oauthProviders.id}::text`, providerId))
  return row?.imageHosts ?? []
}
