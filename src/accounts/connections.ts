import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import { type OwnIssuers, ownNames } from '../config/own-providers.ts'
import type { Database } from '../db/database.ts'
import { oauthIdentities, oauthProviders } from '../db/schema/oauth.ts'

/** The account's connections, each with its provider's slug and display name. */
export const findConnections = (db: Database, userId: string) => findThose(db, eq(oauthIdentities.userId, userId))

/** The account's connections that can be used to sign in. */
export const findWorkingConnections = (db: Database, own: OwnIssuers, userId: string) =>
  findThose(db, and(eq(oauthIdentities.userId, userId), isWorking(own)))

/**
 * For a statement that joins identities with their providers: whether the connection's provider still exists, with the
 * same namespace as when the connection was made [FD7].
 */
export const isWorking = (own: OwnIssuers): SQL<boolean> => sql<boolean>`(${oauthIdentities.issuer} = coalesce(
  ${oauthProviders.namespace}, ${oauthProviders.issuer}, ${oauthProviders.id}::text,
  ${JSON.stringify(own)}::jsonb ->> ${oauthIdentities.providerId})) is true`

/** Joins identities with their registered provider. Providers of the environment have no row. */
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
