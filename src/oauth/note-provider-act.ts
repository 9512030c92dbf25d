import type { oauthProviders } from '../db/schema/oauth.ts'
import type { Transaction } from '../db/transaction.ts'
import type { MailDeps } from '../mail/outbox.ts'
import { type NotedAct, noteAct } from '../moderation/note-act.ts'
import type { SignedIn } from '../sessions/resolve.ts'
import { tellAdmins } from '../users/tell-admins.ts'
import { findDifferent, onlyDeciding, type ProviderField, providerFields } from './provider-fields.ts'

type Row = typeof oauthProviders.$inferSelect

type Act = { readonly actor: SignedIn['user']; readonly row: Row; readonly more?: Record<string, string> }

/** Afterwards it is written down who did it, and whereto the provider's secret goes from then on. */
export function noteProviderAct(tx: Transaction, action: NotedAct['action'], { actor, row, more }: Act): Promise<void> {
  const { id: resourceId, slug, tokenEndpoint } = row
  const metadata = { slug, token_endpoint: tokenEndpoint, ...more }
  return noteAct(tx, { action, actorId: actor.id, resourceType: 'Provider', resourceId, reason: '', metadata })
}

type Change = {
  readonly actor: SignedIn['user']
  readonly before: Row
  readonly after: Row
  readonly hasNewSecret: boolean
  /** How many it opened before it moved; none where it is who it was. */
  readonly accounts: number | undefined
}

/** Afterwards it is written down what was changed, with what was there before, and all administrators know where else it asks [AT11]. */
export async function noteChange(
  tx: Transaction,
  deps: MailDeps,
  { actor, before, after, hasNewSecret, accounts }: Change,
): Promise<void> {
  const changed = findDifferent(after, before)
  const nameOf = (field: ProviderField) => providerFields[field].name
  const names = [...changed.map(nameOf), ...(hasNewSecret ? ['client_secret'] : [])]
  if (names.length === 0) return
  const of = (row: Row) => JSON.stringify(Object.fromEntries(changed.map((field) => [nameOf(field), row[field]])))
  const more = { changed: names.join(','), before: of(before), after: of(after) }
  await noteProviderAct(tx, 'provider:change', { actor, row: after, more })
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
