import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import { type OwnIssuers, ownNames } from '../config/own-providers.ts'
import type { Database } from '../db/database.ts'
import { oauthIdentities, oauthProviders } from '../db/schema/oauth.ts'

/** The account's identities, each with its provider's name in paths, and as people know it. */
export const findConnections = (db: Database, userId: string) => findThose(db, eq(oauthIdentities.userId, userId))

/** Those that somebody can sign in by. */
export const findWorkingConnections = (db: Database, own: OwnIssuers, userId: string) =>
  findThose(db, and(eq(oauthIdentities.userId, userId), isWorking(own)))

/**
 * In a statement that joins identities with their providers: the provider is there, and is whom it was when it vouched
 * [FD7].
 */
export const isWorking = (own: OwnIssuers): SQL<boolean> => sql<boolean>`(${oauthIdentities.issuer} = coalesce(
  ${oauthProviders.namespace}, ${oauthProviders.issuer}, ${oauthProviders.id}::text,
  ${JSON.stringify(own)}::jsonb ->> ${oauthIdentities.providerId})) is true`

/** None of the environment's providers has a row. */
export const ofItsProvider = eq(sql`${oauthProviders.id}::text`, oauthIdentities.providerId)

async function findThose(db: Database, those: SQL | undefined) {
  const { slug, name } = oauthProviders
  const rows = await db
    .select({ identity: oauthIdentities, provider: { slug, name } })
    .from(oauthIdentities)
    .leftJoin(oauthProviders, ofItsProvider)
    .where(those)
    .orderBy(asc(oauthIdentities.createdAt))
  return rows.map(({ identity, provider }) => ({
    ...identity,
    slug: provider?.slug ?? identity.providerId,
    name: provider?.name ?? ownNames[identity.providerId] ?? identity.providerId,
  }))
}
