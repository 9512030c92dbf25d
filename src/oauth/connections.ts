import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Database } from '../db/client.ts'
import { oauthIdentities, oauthProviders } from '../db/schema/oauth.ts'
import { transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { lockOwnAccount } from '../sessions/open.ts'
import type { SignedIn } from '../sessions/signed-in.ts'
import { audit } from '../users/audit.ts'
import { type OwnIssuers, ownIssuers, ownNames } from './find-provider.ts'

/** Through whom the account can be signed in to, oldest first. */
export async function listConnections(db: Database, { user }: { readonly user: { readonly id: string } }) {
  const rows = await findConnections(db, user.id)
  return rows.map(({ slug, email, createdAt }) => ({
    provider: slug,
    ...(email !== null && { email }),
    created_at: createdAt.toISOString(),
  }))
}

/** The account's identities, each with its provider's name in paths, and as people know it. */
export const findConnections = (db: Database, userId: string) => findThose(db, eq(oauthIdentities.userId, userId))

/** Those that somebody can sign in by. */
export const findWorkingConnections = (db: Database, own: OwnIssuers, userId: string) =>
  findThose(db, and(eq(oauthIdentities.userId, userId), isWorking(own)))

/** In a statement that joins identities with their providers: the provider is there, and is whom it was when it vouched [FD7]. */
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

type Refusal = 'oauth:connection_not_found' | 'oauth:cannot_unlink_last_connection' | 'user:invalid_session'

/** Afterwards that provider no longer opens the account; the last way in that works stays, also when two are unlinked at once [TK7 FD7]. */
export function unlink(
  ctx: Context<Refusal>,
  signedIn: SignedIn,
  { slug, client }: { readonly slug: string; readonly client: Client },
): Promise<void> {
  return transaction(ctx.pool, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    const connections = await findConnections(tx, user.id)
    const connection = connections.find((one) => one.slug === slug)
    if (connection === undefined) throw ctx.fault('oauth:connection_not_found')
    const working = user.hasPassword ? [] : await findWorkingConnections(tx, ownIssuers(ctx.config), user.id)
    if (working.length === 1 && working[0]?.id === connection.id) throw ctx.fault('oauth:cannot_unlink_last_connection')
    await tx
      .delete(oauthIdentities)
      .where(and(eq(oauthIdentities.id, connection.id), eq(oauthIdentities.userId, user.id)))
    await audit(tx, { type: 'oauth_unlinked', userId: user.id, client, metadata: { provider: slug } })
    await notifyOwner(tx, ctx, user, { template: 'oauth_unlinked', provider: slug })
  })
}
