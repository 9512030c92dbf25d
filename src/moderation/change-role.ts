import { and, eq } from 'drizzle-orm'
import type { Role } from '../accounts/roles.ts'
import { countTold, tellAdmins } from '../accounts/tell-admins.ts'
import type { Context } from '../context.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { userRoles } from '../db/schema/users.ts'
import { administer, administerRefusals, type Order } from '../sign-in/administer.ts'
import { demandTwoFactors } from '../sign-in/demand-two-factors.ts'

export const grantRoleRefusals = [
  ...administerRefusals,
  'user:second_factor_required',
  'user:already_has_role',
  'rate_limit:exceeded',
] as const

type GrantRoleRefusal = (typeof grantRoleRefusals)[number]

export const revokeRoleRefusals = [...administerRefusals, 'user:does_not_have_role'] as const

type RevokeRoleRefusal = (typeof revokeRoleRefusals)[number]

type Grant = {
  readonly role: Role
  readonly expiresAt: Date | undefined
}

/**
 * Afterwards the account has the role, until the given time or for good, and the administrators are told. Making an
 * administrator requires a session with two factors [AT10].
 */
export async function grantRole(
  ctx: Context<GrantRoleRefusal>,
  order: Order,
  { role, expiresAt }: Grant,
): Promise<void> {
  if (role === 'admin') await demandTwoFactors(ctx, order.by)
  await countTold(ctx, order.by.user)
  const until = expiresAt?.toISOString()
  await administer(ctx, order, {
    action: 'user:grant_role',
    event: 'role_granted',
    metadata: { role, ...(until && { expires_at: until }) },
    change: async (tx, target) => {
      if (target.roles.includes(role)) throw ctx.fault('user:already_has_role')
      // Deletes an expired row of the same role.
      await tx.delete(userRoles).where(and(eq(userRoles.userId, target.id), eq(userRoles.role, role)))
      await tx.insert(userRoles).values({ userId: target.id, role, expiresAt: expiresAt ?? null })
      // Nobody is in the account of an administrator [AD5].
      if (role === 'admin') await endSessions(tx, target.id, { reason: 'role_granted', kind: 'impersonation' })
      const { handle } = target
      await tellAdmins(tx, ctx, { template: 'role_granted', role, handle, by: order.by.user.handle, until })
    },
  })
}

/** Afterwards the account no longer has the role, and its console sessions have ended. */
export const revokeRole = (ctx: Context<RevokeRoleRefusal>, order: Order, role: Role): Promise<void> =>
  administer(ctx, order, {
    action: 'user:revoke_role',
    event: 'role_revoked',
    metadata: { role },
    change: async (tx, target) => {
      if (!target.roles.includes(role)) throw ctx.fault('user:does_not_have_role')
      await tx.delete(userRoles).where(and(eq(userRoles.userId, target.id), eq(userRoles.role, role)))
      await endSessions(tx, target.id, { reason: 'role_revoked', kind: 'console' })
    },
  })
