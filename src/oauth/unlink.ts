import { and, eq } from 'drizzle-orm'
import { findConnections } from '../accounts/connections.ts'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { oauthIdentities } from '../db/schema/oauth.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { type MailDeps, notifyOwner } from '../mail/outbox.ts'
import { type LockedAccount, lockOwnAccount } from '../sign-in/lock-account.ts'
import { isLastWayIn } from '../sign-in/ways-in.ts'
import { countChange } from '../throttling/changes.ts'
import { wayInOf } from './way-in.ts'

export const unlinkRefusals = [
  'oauth:connection_not_found',
  'oauth:cannot_unlink_last_connection',
  'user:invalid_session',
  'rate_limit:exceeded',
] as const

type UnlinkRefusal = (typeof unlinkRefusals)[number]

/**
 * Afterwards that provider no longer opens the account. The last working way in cannot be unlinked, even if two are
 * unlinked at the same time [TK7 FD7].
 */
export async function unlink(
  ctx: Context<UnlinkRefusal>,
  signedIn: SignedIn,
  { slug, client }: { readonly slug: string; readonly client: Caller },
): Promise<void> {
  await countChange(ctx, signedIn.user)
  await transaction(ctx.pool, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    const outcome = await dropConnection(tx, ctx, { account: user, slug })
    if (outcome === 'none') throw ctx.fault('oauth:connection_not_found')
    if (outcome === 'last') throw ctx.fault('oauth:cannot_unlink_last_connection')
    await audit(tx, { type: 'oauth_unlinked', userId: user.id, client, metadata: { provider: slug } })
  })
}

/** The same under the account's lock, whoever asked, without the event. Returns `last` if it is the last way in. */
export async function dropConnection(
  tx: Transaction,
  deps: MailDeps,
  { account, slug }: { readonly account: LockedAccount; readonly slug: string },
): Promise<'dropped' | 'none' | 'last'> {
  const connections = await findConnections(tx, account.id)
  const connection = connections.find((one) => one.slug === slug)
  if (connection === undefined) return 'none'
  const last = { account, way: wayInOf(connection.id) }
  if (await isLastWayIn(tx, deps.config, last)) return 'last'
  await tx
    .delete(oauthIdentities)
    .where(and(eq(oauthIdentities.id, connection.id), eq(oauthIdentities.userId, account.id)))
  await notifyOwner(tx, deps, account, { template: 'oauth_unlinked', provider: slug })
  return 'dropped'
}
