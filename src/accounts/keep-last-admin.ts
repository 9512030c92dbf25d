import { and, eq, isNull, ne, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { userRoles, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { isInForce } from './roles.ts'

/** Refuses if nobody else is a permanent administrator. */
export async function keepLastAdmin(
  ctx: Context<'user:cannot_manage_self'>,
  tx: Transaction,
  userId: string,
): Promise<void> {
  if (await isLastAdmin(tx, userId))
    throw ctx.fault('user:cannot_manage_self', { details: 'Make somebody else an administrator first.' })
}

/**
 * Whether the user is an administrator and nobody else is a permanent one. The lock makes administrators who leave at
 * the same time ask one after another [AZ4].
 */
export async function isLastAdmin(tx: Transaction, userId: string): Promise<boolean> {
  const isAdmin = and(eq(userRoles.role, 'admin'), isInForce)
  const [own] = await tx
    .select({ role: userRoles.role })
    .from(userRoles)
    .where(and(eq(userRoles.userId, userId), isAdmin))
  if (own === undefined) return false
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('postern-last-admin'))`)
  const others = await tx
    .select({ id: userRoles.userId })
    .from(userRoles)
    .innerJoin(users, eq(users.id, userRoles.userId))
    .where(
      and(
        ne(userRoles.userId, userId),
        eq(userRoles.role, 'admin'),
        isNull(userRoles.expiresAt),
        isNull(users.deletedAt),
      ),
    )
    .limit(1)
  return others.length === 0
}
