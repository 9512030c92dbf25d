import { eq } from 'drizzle-orm'
import { countTold } from '../accounts/tell-admins.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { seal } from '../crypto/sealed-box.ts'
import type { Database } from '../db/database.ts'
import { oauthProviders } from '../db/schema/oauth.ts'
import { transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { lockAdministrator } from '../sign-in/administer.ts'
import { demandTwoFactors } from '../sign-in/demand-two-factors.ts'
import { getRegistered, getRegisteredRefusals, secretBoxOf } from './find-provider.ts'
import { movePlace, namespaceAfter } from './move-provider.ts'
import { noteChange } from './note-provider-act.ts'
import { type EndpointWish, findEndpoints } from './provider-endpoints.ts'
import { findDifferent, onlyDeciding, onlyPlaces, type ProviderField } from './provider-fields.ts'
import { dialectOf, type ProviderChange, powerRefusals, wishRefusals } from './provider-wish.ts'
import { presentProvider, type ShownProvider } from './shown-provider.ts'

export const changeProviderRefusals = [...getRegisteredRefusals, ...powerRefusals, ...wishRefusals] as const

type ChangeProviderRefusal = (typeof changeProviderRefusals)[number]

type Row = typeof oauthProviders.$inferSelect

type Change = { readonly slug: string; readonly wish: ProviderChange; readonly client: Caller }

/**
 * Afterwards the provider is as wished; what the wish does not name stays. Changing which server is asked, or how much
 * of its answer is believed, takes two factors, since that server says who each user is. At a new place the secret must
 * be sent anew, and the connections no longer work [AT11].
 */
export async function changeProvider(
  ctx: Context<ChangeProviderRefusal>,
  signedIn: SignedIn,
  { slug, wish, client }: Change,
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
  // Must come before any request to the server that the wish names.
  const isTold = await demandProof(ctx.db, findDifferent(wish, known))
  if (isTold || namesEndpoints(wish)) await countTold(ctx, actor)
  const endpoints: Partial<Row> = namesEndpoints(wish)
    ? await findEndpoints(ctx, slug, endpointsAfter(known, wish))
    : {}
  return transaction(ctx.pool, async (tx) => {
    await lockAdministrator(ctx, tx, signedIn)
    const [before] = await tx.select().from(oauthProviders).where(eq(oauthProviders.id, known.id)).for('update')
    if (before === undefined) throw ctx.fault('oauth:provider_not_found')
    const wished = {
      ...before,
      ...endpoints,
      // The same issuer keeps the stored method, which the administrator may have set; a new issuer brings its own.
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
    // The issuer may publish other endpoints by now, or another administrator may have changed the row meanwhile.
    await demandProof(tx, findDifferent(wished, before))
    const after = { ...wished, ...namespaceAfter(before, wished) }
    await tx.update(oauthProviders).set(after).where(eq(oauthProviders.id, known.id))
    const accounts = await movePlace(tx, before, after)
    const hasNewSecret = clientSecret !== undefined
    await noteChange(tx, ctx, { actor, client, before, after, hasNewSecret, accounts })
    return presentProvider(after)
  })
}

const secretMissing = {
  fields: [{ path: '/client_secret', rule: 'required' as const }],
  details:
    'The secret belongs to the provider’s current address and client_id: to change one of them, send the secret again.',
}

const namesEndpoints = (wish: EndpointWish): boolean =>
  [wish.issuer, wish.authorizationEndpoint, wish.tokenEndpoint, wish.userinfoEndpoint].some((one) => one !== undefined)

/** An issuer replaces the endpoints, and endpoints replace the issuer; endpoints that the wish leaves out stay. */
function endpointsAfter(known: Row, wish: EndpointWish): EndpointWish {
  if (wish.issuer !== undefined) return wish
  return {
    authorizationEndpoint: wish.authorizationEndpoint ?? known.authorizationEndpoint,
    tokenEndpoint: wish.tokenEndpoint ?? known.tokenEndpoint,
    userinfoEndpoint: wish.userinfoEndpoint ?? known.userinfoEndpoint ?? undefined,
  }
}
