import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { and, eq, isNull, notExists, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { tellAdmins } from '../accounts/tell-admins.ts'
import type { AccountChanges } from '../credentials/change-accounts.ts'
import { oauthIdentities, oauthProviders, oauthSignUps, oauthStates, type ProviderPlace } from '../db/schema/oauth.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { MailDeps } from '../mail/outbox.ts'
import { isSlug, namespaceOf } from './find-provider.ts'

type Row = typeof oauthProviders.$inferSelect

const placeOf = ({ clientId, issuer, ...row }: Row): ProviderPlace =>
  issuer !== null
    ? { clientId, issuer }
    : {
        clientId,
        authorizationEndpoint: row.authorizationEndpoint,
        tokenEndpoint: row.tokenEndpoint,
        userinfoEndpoint: row.userinfoEndpoint,
      }

/**
 * Returns the namespace of the provider's connections from now on. At a new place another server says who users are, so
 * connections of the former place open nothing until an operator confirms the move or the provider moves back [AT11].
 */
export function namespaceAfter(before: Row, after: Row): Pick<Row, 'namespace' | 'movedFrom'> {
  const [was, is] = [placeOf(before), placeOf(after)]
  if (isDeepStrictEqual(was, is)) return { namespace: before.namespace, movedFrom: before.movedFrom }
  const movedFrom = before.movedFrom ?? { namespace: namespaceOf(before), place: was }
  if (isDeepStrictEqual(movedFrom.place, is)) return { namespace: movedFrom.namespace, movedFrom: null }
  return { namespace: `${is.issuer ?? is.tokenEndpoint}#${randomUUID()}`, movedFrom }
}

/**
 * Afterwards no sign-in or sign-up that began at the former place can end at the new one. Returns how many accounts the
 * provider opened there, or undefined if it did not move.
 */
export async function movePlace(tx: Transaction, before: Row, after: Row): Promise<number | undefined> {
  const { id } = before
  if (namespaceOf(before) === namespaceOf(after)) return undefined
  await tx.delete(oauthSignUps).where(and(eq(oauthSignUps.providerId, id), isNull(oauthSignUps.usedAt)))
  await tx
    .update(oauthStates)
    .set({ usedAt: sql`now()` })
    .where(and(eq(oauthStates.providerId, id), isNull(oauthStates.usedAt)))
  return tx.$count(oauthIdentities, isOf(id, namespaceOf(before)))
}

const isOf = (providerId: string, namespace: string) =>
  and(eq(oauthIdentities.providerId, providerId), eq(oauthIdentities.issuer, namespace))

/**
 * For the operator: afterwards the connections of the former place work at the present one. Returns how many were
 * carried over, or why none.
 */
export function confirmMove(deps: AccountChanges & MailDeps, slug: string): Promise<number | 'unknown' | 'not moved'> {
  return transaction(deps.pool, async (tx) => {
    const isMeant = eq(oauthProviders.slug, slug)
    const [row] = isSlug(slug) ? await tx.select().from(oauthProviders).where(isMeant).for('update') : []
    if (row === undefined) return 'unknown'
    if (row.movedFrom === null) return 'not moved'
    const accounts = await carryOver(tx, row, row.movedFrom.namespace)
    await tx.update(oauthProviders).set({ movedFrom: null }).where(isMeant)
    await tellAdmins(tx, deps, { template: 'provider_move_confirmed', provider: slug, accounts })
    return accounts
  })
}

/** A subject that signed up or linked at the new place meanwhile keeps that newer connection. */
async function carryOver(tx: Transaction, row: Row, from: string): Promise<number> {
  const newer = alias(oauthIdentities, 'newer')
  const isTaken = tx
    .select()
    .from(newer)
    .where(
      and(eq(newer.providerId, row.id), eq(newer.issuer, namespaceOf(row)), eq(newer.subject, oauthIdentities.subject)),
    )
  const carried = await tx
    .update(oauthIdentities)
    .set({ issuer: namespaceOf(row) })
    .where(and(isOf(row.id, from), notExists(isTaken)))
    .returning({ id: oauthIdentities.id })
  return carried.length
}
