import { and, eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { userRoles } from '../db/schema/users.ts'
import type { Role } from '../users/roles.ts'
import { manage, type manageRefusals, type Order } from './manage.ts'

type Refusal = (typeof manageRefusals)[number]
type Grant = { readonly role: Role; readonly expiresAt: Date | undefined }

/** Afterwards the account has the role, until then or for good. */
export const grantRole = (
  ctx: Context<Refusal | 'user:already_has_role'>,
  order: Order,
  { role, expiresAt }: Grant,
): Promise<void> =>
  manage(ctx, order, {
    action: 'user:grant_role',
    event: 'role_granted',
    metadata: { role, ...(expiresAt && { expires_at: expiresAt.toISOString() }) },
    change: async (tx, target) => {
      if (target.roles.includes(role)) throw ctx.fault('user:already_has_role')
      // A row that is over makes room for the new one.
      await tx.delete(userRoles).where(and(eq(userRoles.userId, target.id), eq(userRoles.role, role)))
      await tx.insert(userRoles).values({ userId: target.id, role, expiresAt: expiresAt ?? null })
    },
  })

/** Afterwards the account has the role no more. */
export const revokeRole = (
  ctx: Context<Refusal | 'user:does_not_have_role'>,
  order: Order,
  role: Role,
): Promise<void> =>
  manage(ctx, order, {
    action: 'user:revoke_role',
    event: 'role_revoked',
    metadata: { role },
    change: async (tx, target) => {
      if (!target.roles.includes(role)) throw ctx.fault('user:does_not_have_role')
      await tx.delete(userRoles).where(and(eq(userRoles.userId, target.id), eq(userRoles.role, role)))
    },
  })
