import { and, asc, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Database } from '../db/client.ts'
import { oauthIdentities, oauthProviders } from '../db/schema/oauth.ts'
import { transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { lockOwnAccount } from '../sessions/open.ts'
import type { SignedIn } from '../sessions/resolve.ts'
import { audit } from '../users/audit.ts'
import { namespaceOf, type OwnIssuers, ownIssuers, ownNames } from './find-provider.ts'

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
export async function findConnections(db: Database, userId: string) {
  const { id, slug, name, issuer, namespace } = oauthProviders
  const rows = await db
    .select({ identity: oauthIdentities, provider: { id, slug, name, issuer, namespace } })
    .from(oauthIdentities)
    .leftJoin(oauthProviders, eq(sql`${oauthProviders.id}::text`, oauthIdentities.providerId))
    .where(eq(oauthIdentities.userId, userId))
    .orderBy(asc(oauthIdentities.createdAt))
  return rows.map(({ identity, provider }) => ({
    ...identity,
    slug: provider?.slug ?? identity.providerId,
    name: provider?.name ?? ownNames[identity.providerId] ?? identity.providerId,
    presentIssuer: provider ? namespaceOf(provider) : undefined,
  }))
}

type Connection = Awaited<ReturnType<typeof findConnections>>[number]

/** Those that somebody can sign in by: their providers are there, and are whom they were when they vouched [FD7]. */
export async function findWorkingConnections(db: Database, own: OwnIssuers, userId: string): Promise<Connection[]> {
  const connections = await findConnections(db, userId)
  return connections.filter(({ issuer, presentIssuer, providerId }) => issuer === (presentIssuer ?? own[providerId]))
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
