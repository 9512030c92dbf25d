import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { userRoles, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { type MailDeps, type News, notifyOwners } from '../mail/outbox.ts'
import { countChange } from '../throttling/changes.ts'
import { countEvent } from '../throttling/quota.ts'
import { hasRole, isInForce } from './roles.ts'

/**
 * Bounds the mails of one act. The longest-standing administrators come first, so that nobody crowds them out by making
 * new administrators.
 */
const mostTold = 50

/** Mails the administrators about an act that gives somebody power; no request waits for these mails [AT10]. */
export async function tellAdmins(tx: Transaction, deps: MailDeps, news: News): Promise<void> {
  const told = await tx
    .select({ id: users.id, email: users.email })
    .from(userRoles)
    .innerJoin(users, eq(users.id, userRoles.userId))
    .where(and(eq(userRoles.role, 'admin'), isInForce, isNull(users.deletedAt)))
    .orderBy(asc(userRoles.createdAt), asc(users.id))
    .limit(mostTold)
  await notifyOwners(tx, deps, told, news)
}

type Actor = Pick<SignedIn['user'], 'id' | 'handle' | 'roles'>

/**
 * Bounds the acts of one administrator per hour that all administrators are told of, as nobody reads a flooded mailbox
 * [AT10].
 */
const toldAnHour = 60

/** Called before the act, so that an act beyond the limit is refused and every act that happens is reported. */
export const countTold = (ctx: Context<'rate_limit:exceeded'>, { id }: Actor): Promise<void> =>
  countEvent(ctx, {
    key: `tell-admins:${id}`,
    quota: toldAnHour,
    windowSeconds: 3600,
    details:
      'Each of these actions is mailed to all administrators, so they are limited. The command line has no limit.',
  })

type NewWayIn = Omit<Extract<News, { template: 'admin_way_in' }>, 'template' | 'handle'>

/**
 * Counts a new way in or second factor of the own account; that of an administrator's account also as an act that all
 * administrators are told of.
 */
export async function countWayIn(ctx: Context<'rate_limit:exceeded'>, actor: Actor): Promise<void> {
  await countChange(ctx, actor)
  if (hasRole(actor.roles, 'admin')) await countTold(ctx, actor)
}

export async function tellAdminsOfWayIn(tx: Transaction, deps: MailDeps, actor: Actor, way: NewWayIn): Promise<void> {
  if (!hasRole(actor.roles, 'admin')) return
  await tellAdmins(tx, deps, { template: 'admin_way_in', handle: actor.handle, ...way })
}
