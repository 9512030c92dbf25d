import { and, eq, isNull } from 'drizzle-orm'
import { isBanned } from '../accounts/banned.ts'
import { audit } from '../accounts/history.ts'
import { type NotedAct, noteAct } from '../accounts/note-act.ts'
import { hasRole, heldRoles, type Role } from '../accounts/roles.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { BroadcastError } from '../ports/broadcast.ts'

export const manageRefusals = [
  'user:cannot_manage_self',
  'user:not_found',
  'user:cannot_manage_higher_or_equal_role',
  'eventstream:publish_failed',
] as const

type ManageRefusal = (typeof manageRefusals)[number]

/** An act: the actor, the account it is done to, and the reason. */
export type Order = {
  readonly actor: SignedIn['user']
  readonly userId: string
  readonly reason: string
  readonly client: Caller
}

type Target = {
  readonly id: string
  readonly handle: string
  readonly isBanned: boolean
  readonly roles: readonly Role[]
}

type Deed = {
  readonly action: NotedAct['action']
  readonly event: 'banned' | 'unbanned' | 'role_granted' | 'role_revoked'
  readonly metadata?: Record<string, string>
  /** Changes the account, or throws a refusal. */
  readonly change: (tx: Transaction, target: Target) => Promise<void>
}

/**
 * Does something to an account of lower rank: the change, its log entry and its event happen together or not at all
 * [AZ4].
 */
export async function manage(
  ctx: Context<ManageRefusal>,
  { actor, userId, reason, client }: Order,
  { action, event, metadata = {}, change }: Deed,
): Promise<void> {
  if (userId.toLowerCase() === actor.id) throw ctx.fault('user:cannot_manage_self')
  await changeAccounts(ctx, async (tx) => {
    const target = await lockTarget(tx, userId)
    if (target === undefined) throw ctx.fault('user:not_found')
    if (hasRole(target.roles, 'admin')) throw ctx.fault('user:cannot_manage_higher_or_equal_role')
    await change(tx, target)
    tx.forget(target.id)
    await noteAct(tx, {
      action,
      actorId: actor.id,
      resourceType: 'User',
      resourceId: target.id,
      reason,
      metadata,
    })
    // Without the client, as the account's owner must not learn who acted.
    const eventId = await audit(tx, {
      type: event,
      userId: target.id,
      client: undefined,
      metadata: { ...metadata, reason },
    })
    await publish(ctx, tx, { eventId, userId: target.id })
  })
  ctx.log.info({ action, actor: actor.id, target: userId, address: client.address }, 'moderation')
}

async function lockTarget(tx: Transaction, userId: string): Promise<Target | undefined> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update')
  // A statement of its own, as the one that waited for the lock would still see the roles from before.
  const [found] = await tx
    .select({ id: users.id, handle: users.handle, isBanned, roles: heldRoles })
    .from(users)
    .where(and(eq(users.id, userId), isNull(users.deletedAt)))
  return found
}

async function publish(
  ctx: Context<'eventstream:publish_failed'>,
  tx: Transaction,
  entry: { readonly eventId: string; readonly userId: string },
): Promise<void> {
  try {
    await ctx.eventStream.publish(tx, entry)
  } catch (cause) {
    if (!(cause instanceof BroadcastError)) throw cause
    throw ctx.fault('eventstream:publish_failed', { cause, details: 'Nothing was changed. Try again.' })
  }
}
