import { type NotedAct, noteAct } from '../accounts/note-act.ts'
import { tellAdmins } from '../accounts/tell-admins.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { oauthProviders } from '../db/schema/oauth.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import type { MailDeps } from '../mail/outbox.ts'
import { countAccountsOf } from './count-accounts.ts'
import { findDifferent, onlyDeciding, type ProviderField, providerFields } from './provider-fields.ts'

type Row = typeof oauthProviders.$inferSelect

type Act = { readonly actor: SignedIn['user']; readonly client: Caller; readonly row: Row }

/**
 * Afterwards the registration is in the log, and all administrators are told of the new provider, which may say who
 * users are [AT11].
 */
export async function noteRegistration(tx: Transaction, deps: MailDeps, act: Act): Promise<void> {
  await noteProviderAct(tx, 'provider:register', act)
  const { actor, row } = act
  const { emailVerification } = row
  const news = { template: 'provider_registered' as const, provider: row.slug, by: actor.handle, emailVerification }
  await tellAdmins(tx, deps, { ...news, asks: placesOf(row) })
}

/**
 * Afterwards the deletion is in the log and told to all administrators, with the accounts that the provider opened.
 * Must run before its connections are deleted: they are counted.
 */
export async function noteDeletion(tx: Transaction, deps: MailDeps, act: Act): Promise<void> {
  const { actor, row } = act
  const { accounts, withoutOtherWay } = await countAccountsOf(tx, deps.config, row.id)
  const more = { accounts: String(accounts), without_other_way: String(withoutOtherWay) }
  await noteProviderAct(tx, 'provider:delete', { ...act, more })
  const news = { template: 'provider_deleted' as const, provider: row.slug, by: actor.handle, asks: placesOf(row) }
  await tellAdmins(tx, deps, { ...news, accounts, withoutOtherWay })
}

/** The addresses that are asked who a user is: the issuer, or each of the endpoints. */
function placesOf({ issuer, authorizationEndpoint, tokenEndpoint, userinfoEndpoint }: Row): string[] {
  if (issuer !== null) return [issuer]
  return [authorizationEndpoint, tokenEndpoint, userinfoEndpoint].filter((one) => one !== null)
}

type NotedProviderAct = Act & { readonly more?: Record<string, string> }

/** Afterwards the log says who did it, and to which token endpoint the provider's secret goes from then on. */
function noteProviderAct(
  tx: Transaction,
  action: NotedAct['action'],
  { actor, client: { requestId }, row, more }: NotedProviderAct,
): Promise<void> {
  const { id: resourceId, slug, tokenEndpoint } = row
  const metadata = { slug, token_endpoint: tokenEndpoint, ...more }
  const noted = { action, actorId: actor.id, resourceType: 'Provider', resourceId } as const
  return noteAct(tx, { ...noted, reason: '', metadata, requestId })
}

type Change = Omit<Act, 'row'> & {
  readonly before: Row
  readonly after: Row
  readonly hasNewSecret: boolean
  /** How many accounts the provider opened at its former place; undefined if it did not move. */
  readonly accounts: number | undefined
}

/**
 * Afterwards the log has the former and the new values. All administrators are told if another server now says who
 * users are, or if more or less of its answer is believed [AT11].
 */
export async function noteChange(
  tx: Transaction,
  deps: MailDeps,
  { actor, client, before, after, hasNewSecret, accounts }: Change,
): Promise<void> {
  const changed = findDifferent(after, before)
  const nameOf = (field: ProviderField) => providerFields[field].name
  const names = [...changed.map(nameOf), ...(hasNewSecret ? ['client_secret'] : [])]
  if (names.length === 0) return
  const of = (row: Row) => JSON.stringify(Object.fromEntries(changed.map((field) => [nameOf(field), row[field]])))
  const more = { changed: names.join(','), before: of(before), after: of(after) }
  await noteProviderAct(tx, 'provider:change', { actor, client, row: after, more })
  const changes = onlyDeciding(changed).map((field) => ({
    what: nameOf(field),
    was: shown(before[field]),
    is: shown(after[field]),
  }))
  if (changes.length === 0) return
  const isBack = accounts !== undefined && after.movedFrom === null
  const { slug: provider } = after
  await tellAdmins(tx, deps, { template: 'provider_moved', provider, by: actor.handle, changes, accounts, isBack })
}

const shown = (value: unknown): string | null =>
  value === null || typeof value === 'string' ? value : JSON.stringify(value)
