import { randomUUIDv7 } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { countTold } from '../accounts/tell-admins.ts'
import { ownSlugs } from '../config/own-providers.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { seal } from '../crypto/sealed-box.ts'
import { violatesUnique } from '../db/failure.ts'
import { oauthIdentities, oauthProviders, oauthSignUps } from '../db/schema/oauth.ts'
import { signUps } from '../db/schema/users.ts'
import { transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { lockAdministrator } from '../sign-in/administer.ts'
import { demandTwoFactors } from '../sign-in/demand-two-factors.ts'
import { getRegistered, getRegisteredRefusals, secretBoxOf } from './find-provider.ts'
import { noteDeletion, noteRegistration } from './note-provider-act.ts'
import { findEndpoints } from './provider-endpoints.ts'
import { dialectOf, type NewProvider, powerRefusals, wishRefusals } from './provider-wish.ts'
import { presentProvider, type ShownProvider } from './shown-provider.ts'

export const registerProviderRefusals = [...powerRefusals, ...wishRefusals] as const

type RegisterProviderRefusal = (typeof registerProviderRefusals)[number]

export const deleteProviderRefusals = [...getRegisteredRefusals, ...powerRefusals] as const

type DeleteProviderRefusal = (typeof deleteProviderRefusals)[number]

type Row = typeof oauthProviders.$inferSelect

const taken = { fields: [{ path: '/slug', rule: 'taken' as const }] }

/** Afterwards users can sign in through the provider, and all administrators are told. */
export async function registerProvider(
  ctx: Context<RegisterProviderRefusal>,
  signedIn: SignedIn,
  wish: NewProvider,
  client: Caller,
): Promise<ShownProvider> {
  const { user: actor } = signedIn
  await demandTwoFactors(ctx, signedIn)
  if (ownSlugs.some((own) => own === wish.slug)) throw ctx.fault('general:validation_error', taken)
  await countTold(ctx, actor)
  const endpoints = await findEndpoints(ctx, wish.slug, wish)
  const id = randomUUIDv7()
  const usualScopes = endpoints.issuer === null ? [] : ['openid', 'email', 'profile']
  const provider = {
    id,
    slug: wish.slug,
    name: wish.name,
    clientId: wish.clientId,
    sealedClientSecret: seal(ctx.keyring, wish.clientSecret, secretBoxOf(id)),
    ...endpoints,
    ...dialectOf(wish),
    scopes: [...(wish.scopes ?? usualScopes)],
    imageHosts: [...(wish.imageHosts ?? [])],
  }
  try {
    return await transaction(ctx.pool, async (tx) => {
      // Much may have changed while the provider was asked [AT11].
      await lockAdministrator(ctx, tx, signedIn)
      const [row] = await tx.insert(oauthProviders).values(provider).returning()
      await noteRegistration(tx, ctx, { actor, client, row: row as Row })
      return presentProvider(row as Row)
    })
  } catch (error) {
    if (violatesUnique(error, 'oauth_providers_slug_unique')) {
      throw ctx.fault('general:validation_error', { ...taken, cause: error })
    }
    throw error
  }
}

/**
 * Afterwards nobody signs in or up through the provider, a new one with its slug inherits none of its connections, and
 * all administrators are told how many accounts it opened and how many may have no other way in.
 */
export async function deleteProvider(
  ctx: Context<DeleteProviderRefusal>,
  signedIn: SignedIn,
  slug: string,
  client: Caller,
): Promise<void> {
  const { id } = await getRegistered(ctx, slug)
  const { user: actor } = signedIn
  await demandTwoFactors(ctx, signedIn)
  await countTold(ctx, actor)
  await transaction(ctx.pool, async (tx) => {
    await lockAdministrator(ctx, tx, signedIn)
    const [row] = await tx.delete(oauthProviders).where(eq(oauthProviders.id, id)).returning()
    if (row === undefined) throw ctx.fault('oauth:provider_not_found')
    await noteDeletion(tx, ctx, { actor, client, row })
    // The sign-ups go first: this delete waits for one that is becoming an account, and the last delete removes the
    // connection of that account too.
    await tx.delete(oauthSignUps).where(eq(oauthSignUps.providerId, id))
    await tx.delete(signUps).where(sql`${signUps.connection} ->> 'providerId' = ${id}`)
    await tx.delete(oauthIdentities).where(eq(oauthIdentities.providerId, id))
  })
}
