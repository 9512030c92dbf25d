import { randomUUIDv7 } from 'node:crypto'
import { asc, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { seal } from '../crypto/sealed-box.ts'
import type { Database } from '../db/client.ts'
import { violatesUnique } from '../db/failure.ts'
import { oauthIdentities, oauthProviders, oauthSignUps } from '../db/schema/oauth.ts'
import { signUps } from '../db/schema/users.ts'
import { transaction } from '../db/transaction.ts'
import { demandTwoFactors } from '../sessions/demand-two-factors.ts'
import { lockOwnAccount } from '../sessions/open.ts'
import type { SignedIn } from '../sessions/resolve.ts'
import { countTold } from '../users/tell-admins.ts'
import { type TokenAuthMethod, tokenAuthMethods } from './dialect.ts'
import { getRegistered, ownSlugs, secretBoxOf } from './find-provider.ts'
import { movePlace, namespaceAfter } from './move-provider.ts'
import { noteChange, noteDeletion, noteRegistration } from './note-provider-act.ts'
import { type EndpointRefusal, type EndpointWish, findEndpoints } from './provider-endpoints.ts'
import { findDifferent, onlyDeciding, onlyPlaces, type ProviderField } from './provider-fields.ts'

type Row = typeof oauthProviders.$inferSelect

const methodOf = ({ tokenAuth }: Row): TokenAuthMethod =>
  tokenAuth === 'post' ? 'client_secret_post' : 'client_secret_basic'

/** A provider as administrators see it: never with its secret. */
const present = (row: Row) => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  client_id: row.clientId,
  ...(row.issuer !== null && { issuer: row.issuer }),
  authorization_endpoint: row.authorizationEndpoint,
  token_endpoint: row.tokenEndpoint,
  ...(row.userinfoEndpoint !== null && { userinfo_endpoint: row.userinfoEndpoint }),
  email_verification: row.emailVerification,
  nonce: row.nonce,
  token_endpoint_auth_method: methodOf(row),
  authorize_parameters: row.authorizeParameters,
  audiences: row.audiences,
  scopes: row.scopes,
  image_hosts: row.imageHosts,
  created_at: row.createdAt.toISOString(),
})

export type ShownProvider = ReturnType<typeof present>

export async function listRegistered(db: Database): Promise<ShownProvider[]> {
  return (await db.select().from(oauthProviders).orderBy(asc(oauthProviders.slug))).map(present)
}

export type NewProvider = EndpointWish & {
  readonly slug: string
  readonly name: string
  readonly clientId: string
  readonly clientSecret: string
  readonly emailVerification?: Row['emailVerification'] | undefined
  readonly nonce?: Row['nonce'] | undefined
  readonly tokenEndpointAuthMethod?: TokenAuthMethod | undefined
  readonly authorizeParameters?: Readonly<Record<string, string>> | undefined
  readonly audiences?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly imageHosts?: readonly string[] | undefined
}

type Refusal = 'general:bad_request' | 'general:validation_error' | EndpointRefusal

const taken = { fields: [{ path: '/slug', rule: 'taken' as const }] }

/** Before the first is deleted and another of its slug registered is done what a change would be: both take what that takes [AT11]. */
type PowerRefusal = 'user:invalid_session' | 'user:second_factor_required' | 'rate_limit:exceeded'

/** Afterwards users can sign in through the provider, and all administrators know it. */
export async function registerProvider(
  ctx: Context<Refusal | PowerRefusal>,
  signedIn: SignedIn,
  wish: NewProvider,
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
      // The session may have ended while whoever is named was asked [AT11].
      await lockOwnAccount(ctx, tx, signedIn)
      const [row] = await tx.insert(oauthProviders).values(provider).returning()
      await noteRegistration(tx, ctx, { actor, row: row as Row })
      return present(row as Row)
    })
  } catch (error) {
    if (violatesUnique(error, 'oauth_providers_slug_unique')) {
      throw ctx.fault('general:validation_error', { ...taken, cause: error })
    }
    throw error
  }
}

/** What the wish says of how the provider differs; what it leaves open stays, or is as the protocol has it. */
const dialectOf = (wish: ProviderChange) => ({
  ...(wish.emailVerification !== undefined && { emailVerification: wish.emailVerification }),
  ...(wish.nonce !== undefined && { nonce: wish.nonce }),
  ...(wish.tokenEndpointAuthMethod !== undefined && { tokenAuth: tokenAuthMethods[wish.tokenEndpointAuthMethod] }),
  ...(wish.authorizeParameters !== undefined && { authorizeParameters: wish.authorizeParameters }),
  ...(wish.audiences !== undefined && { audiences: [...wish.audiences] }),
})

type ProviderChange = {
  readonly [Field in Exclude<keyof NewProvider, 'slug'>]?: NewProvider[Field] | undefined
}

type Change = { readonly slug: string; readonly wish: ProviderChange }

/**
 * Afterwards the provider is as wished; what the wish does not name stays. Whom it asks, and what of it is believed, is changed by two factors
 * alone: who answers says who is who. Its secret follows to no other address, it is given anew, and nor do its connections [AT11].
 */
export async function changeProvider(
  ctx: Context<'oauth:provider_not_found' | PowerRefusal | Refusal>,
  signedIn: SignedIn,
  { slug, wish }: Change,
): Promise<ShownProvider> {
  const known = await getRegistered(ctx, slug)
  const { user: actor } = signedIn
  const { name, clientId, clientSecret, scopes, imageHosts } = wish
  const demandProof = async (db: Database, changed: readonly ProviderField[]): Promise<boolean> => {
    if (onlyDeciding(changed).length === 0) return false
    await demandTwoFactors({ ...ctx, db }, signedIn)
    if (clientSecret === undefined && onlyPlaces(changed).length > 0) {
      throw ctx.fault('general:validation_error', secretMissing)
    }
    return true
  }
  // Before whoever is named is asked anything.
  const isTold = await demandProof(ctx.db, findDifferent(wish, known))
  if (isTold || namesEndpoints(wish)) await countTold(ctx, actor)
  const endpoints: Partial<Row> = namesEndpoints(wish)
    ? await findEndpoints(ctx, slug, endpointsAfter(known, wish))
    : {}
  return transaction(ctx.pool, async (tx) => {
    await lockOwnAccount(ctx, tx, signedIn)
    const [before] = await tx.select().from(oauthProviders).where(eq(oauthProviders.id, known.id)).for('update')
    if (before === undefined) throw ctx.fault('oauth:provider_not_found')
    const wished = {
      ...before,
      ...endpoints,
      // What another issuer says of itself takes the place of what was said of this one.
      ...(endpoints.issuer === before.issuer && { tokenAuth: before.tokenAuth }),
      ...dialectOf(wish),
      name: name ?? before.name,
      clientId: clientId ?? before.clientId,
      scopes: [...(scopes ?? before.scopes)],
      imageHosts: [...(imageHosts ?? before.imageHosts)],
      ...(clientSecret !== undefined && {
        sealedClientSecret: seal(ctx.keyring, clientSecret, secretBoxOf(known.id)),
      }),
    }
    // The same issuer may name other endpoints by now, and somebody else may have changed them meanwhile.
    await demandProof(tx, findDifferent(wished, before))
    const after = { ...wished, ...namespaceAfter(before, wished) }
    await tx.update(oauthProviders).set(after).where(eq(oauthProviders.id, known.id))
    const accounts = await movePlace(tx, before, after)
    await noteChange(tx, ctx, { actor, before, after, hasNewSecret: clientSecret !== undefined, accounts })
    return present(after)
  })
}

const secretMissing = {
  fields: [{ path: '/client_secret', rule: 'required' as const }],
  details: 'The secret belongs to the provider at its present address and to its client_id: send it anew with others.',
}

const namesEndpoints = (wish: EndpointWish): boolean =>
  [wish.issuer, wish.authorizationEndpoint, wish.tokenEndpoint, wish.userinfoEndpoint].some((one) => one !== undefined)

/** An issuer takes the place of endpoints, and endpoints that of an issuer; of endpoints some may stay. */
function endpointsAfter(known: Row, wish: EndpointWish): EndpointWish {
  if (wish.issuer !== undefined) return wish
  return {
    authorizationEndpoint: wish.authorizationEndpoint ?? known.authorizationEndpoint,
    tokenEndpoint: wish.tokenEndpoint ?? known.tokenEndpoint,
    userinfoEndpoint: wish.userinfoEndpoint ?? known.userinfoEndpoint ?? undefined,
  }
}

/**
 * Afterwards nobody signs in or up through the provider, a new one of its slug inherits none of its connections, and all administrators know
 * who has no other way in.
 */
export async function deleteProvider(
  ctx: Context<'oauth:provider_not_found' | PowerRefusal>,
  signedIn: SignedIn,
  slug: string,
): Promise<void> {
  const { id } = await getRegistered(ctx, slug)
  const { user: actor } = signedIn
  await demandTwoFactors(ctx, signedIn)
  await countTold(ctx, actor)
  await transaction(ctx.pool, async (tx) => {
    await lockOwnAccount(ctx, tx, signedIn)
    const [row] = await tx.delete(oauthProviders).where(eq(oauthProviders.id, id)).returning()
    if (row === undefined) throw ctx.fault('oauth:provider_not_found')
    await noteDeletion(tx, ctx, { actor, row })
    // First the sign-ups: one that becomes an account at this moment is waited for, and its connection goes with the others.
    await tx.delete(oauthSignUps).where(eq(oauthSignUps.providerId, id))
    await tx.delete(signUps).where(sql`${signUps.connection} ->> 'providerId' = ${id}`)
    await tx.delete(oauthIdentities).where(eq(oauthIdentities.providerId, id))
  })
}
