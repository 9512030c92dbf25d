import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { userRoles, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { type MailDeps, type News, notifyOwners } from '../mail/outbox.ts'
import { countEvent } from '../throttling/quota.ts'
import { hasRole, isInForce } from './roles.ts'

/** Those who have been it longest come first, so that nobody crowds them out by making administrators of their own. */
const mostTold = 50

/** Tells the administrators of an act that makes somebody powerful; no request waits for that [AT10]. */
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
 * Of what all administrators are told one alone does no more than this, as a mailbox that is flooded tells nothing
 * [AT10].
 */
const toldAnHour = 60

/** Before the act: no word of it is left out, so what would be one too many is refused. */
export const countTold = (ctx: Context<'rate_limit:exceeded'>, { id }: Actor): Promise<void> =>
  countEvent(ctx, {
    key: `tell-admins:${id}`,
    quota: toldAnHour,
    windowSeconds: 3600,
    details: 'All administrators are told of each of these acts. The command line has no such limit.',
  })

type NewWayIn = Omit<Extract<News, { template: 'admin_way_in' }>, 'template' | 'handle'>

/**
 * The same before somebody gives the own account a way in or a second factor, where that account is an administrator's.
 */
export async function countWayIn(ctx: Context<'rate_limit:exceeded'>, actor: Actor): Promise<void> {
  if (hasRole(actor.roles, 'admin')) await countTold(ctx, actor)
}

export async function tellAdminsOfWayIn(tx: Transaction, deps: MailDeps, actor: Actor, way: NewWayIn): Promise<void> {
  if (!hasRole(actor.roles, 'admin')) return
  await tellAdmins(tx, deps, { template: 'admin_way_in', handle: actor.handle, ...way })
}
