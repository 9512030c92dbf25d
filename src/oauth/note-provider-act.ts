import type { oauthProviders } from '../db/schema/oauth.ts'
import type { Transaction } from '../db/transaction.ts'
import { type NotedAct, noteAct } from '../moderation/note-act.ts'
import type { SignedIn } from '../sessions/resolve.ts'

type Act = {
  readonly actor: SignedIn['user']
  readonly row: typeof oauthProviders.$inferSelect
  readonly changed?: readonly string[]
}

/** Afterwards it is written down who did it, and whereto the provider's secret goes from then on. */
export function noteProviderAct(
  tx: Transaction,
  action: NotedAct['action'],
  { actor, row, changed }: Act,
): Promise<void> {
  const { id: resourceId, slug, tokenEndpoint } = row
  const metadata = { slug, token_endpoint: tokenEndpoint, ...(changed && { changed: changed.join(',') }) }
  return noteAct(tx, { action, actorId: actor.id, resourceType: 'Provider', resourceId, reason: '', metadata })
}

/** Of two states of what is shown of a provider. */
export function changedFields(before: object, after: object): string[] {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  const names = new Set([...old.keys(), ...now.keys()])
  return [...names].filter((name) => JSON.stringify(old.get(name)) !== JSON.stringify(now.get(name)))
}
