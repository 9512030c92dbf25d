import { and, asc, eq, isNull } from 'drizzle-orm'
import { userRoles, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { type MailDeps, type News, notifyOwners } from '../mail/outbox.ts'
import { isInForce } from './roles.ts'

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
