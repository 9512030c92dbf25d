import { randomUUIDv7 } from 'node:crypto'
import { and, eq, isNull } from 'drizzle-orm'
import type { EventType } from '../accounts/all-rows.ts'
import { isBanned } from '../accounts/banned.ts'
import { audit } from '../accounts/history.ts'
import { type NotedAct, noteAct } from '../accounts/note-act.ts'
import { hasRole, heldRoles, type Role } from '../accounts/roles.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { BroadcastError } from '../ports/broadcast.ts'
import { lockOwnAccount } from './lock-account.ts'

export const lockAdministratorRefusals = [
  'user:invalid_session',
  'user:permission_insufficient',
  'user:banned',
] as const

type LockAdministratorRefusal = (typeof lockAdministratorRefusals)[number]

export const administerRefusals = [
  'user:cannot_manage_self',
  'user:not_found',
  'user:cannot_manage_higher_or_equal_role',
  ...lockAdministratorRefusals,
  'eventstream:publish_failed',
] as const

type AdministerRefusal = (typeof administerRefusals)[number]

/** An act: the session of the administrator who does it, the account it is done to, and why. */
export type Order = {
  readonly by: SignedIn
  readonly userId: string
  /** Empty where the act only reads. */
  readonly reason: string
  readonly client: Caller
}

/** The account that something is done to, as it is under its lock. */
type Target = {
  readonly id: string
  readonly email: string
  readonly handle: string
  readonly isBanned: boolean
  readonly roles: readonly Role[]
}

type Deed<Result> = {
  /** How the log of moderators and administrators calls it. */
  readonly action: NotedAct['action']
  /** How the history of the account calls it. */
  readonly event: EventType
  /** What both keep of it. */
  readonly metadata?: Record<string, string>
  /** Changes the account, or throws a refusal. */
  readonly change: (tx: AccountTransaction, target: Target) => Promise<Result>
}

/**
 * Does something to an account, as every act of an administrator is done: not to oneself and not to an administrator;
 * by somebody who still is one when it happens; and with its row in the log and its event, which have one id, in one
 * transaction [AZ4 AD3 AD4].
 */
export async function administer<Result>(
  ctx: Context<AdministerRefusal>,
  { by, userId, reason, client }: Order,
  { action, event: type, metadata = {}, change }: Deed<Result>,
): Promise<Result> {
  const { user: actor } = by
  if (userId.toLowerCase() === actor.id) throw ctx.fault('user:cannot_manage_self')
  const result = await changeAccounts(ctx, async (tx) => {
    const target = await lockTarget(tx, userId)
    if (target === undefined) throw ctx.fault('user:not_found')
    if (hasRole(target.roles, 'admin')) throw ctx.fault('user:cannot_manage_higher_or_equal_role')
    await lockAdministrator(ctx, tx, by)
    tx.forget(target.id)
    const id = randomUUIDv7()
    const resource = { resourceType: 'User', resourceId: target.id } as const
    const { requestId } = client
    await noteAct(tx, { id, action, actorId: actor.id, ...resource, reason, metadata, requestId })
    // Without the client, as the account's owner must not learn who acted.
    const kept = { ...metadata, ...(reason && { reason }) }
    await audit(tx, { id, type, userId: target.id, client: undefined, requestId, metadata: kept })
    // Comes last, as an act that erases the account also erases what its history says of this one.
    const result = await change(tx, target)
    await publish(ctx, tx, { eventId: id, userId: target.id })
    return result
  })
  ctx.log.info({ action, actor: actor.id, target: userId, address: client.address }, 'moderation')
  return result
}

async function lockTarget(tx: Transaction, userId: string): Promise<Target | undefined> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update')
  // A statement of its own, as the one that waited for the lock would still see the roles from before.
  const [found] = await tx
    .select({ id: users.id, email: users.email, handle: users.handle, isBanned, roles: heldRoles })
    .from(users)
    .where(and(eq(users.id, userId), isNull(users.deletedAt)))
  return found
}

/**
 * Whoever administers something still may: their session may have ended, their role been taken or they been banned
 * while the request was under way [AD3]. Nobody waits in a circle: the other account that is locked is never that of an
 * administrator.
 */
export async function lockAdministrator(
  ctx: Context<LockAdministratorRefusal>,
  tx: Transaction,
  by: SignedIn,
): Promise<void> {
  await lockOwnAccount(ctx, tx, by)
  const [own] = await tx.select({ roles: heldRoles, isBanned }).from(users).where(eq(users.id, by.user.id))
  if (!hasRole(own?.roles ?? [], 'admin')) throw ctx.fault('user:permission_insufficient')
  if (own?.isBanned) throw ctx.fault('user:banned')
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
