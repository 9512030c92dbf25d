import { and, eq, isNotNull } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { isLastAdmin } from '../accounts/keep-last-admin.ts'
import type { Role } from '../accounts/roles.ts'
import { tellAdmins } from '../accounts/tell-admins.ts'
import { type AccountChanges, changeAccounts } from '../credentials/change-accounts.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { userRoles, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { MailDeps } from '../mail/outbox.ts'
import { isMeant } from './is-meant.ts'

/** Under the account's lock, so that no console session and no impersonation begins meanwhile by what it was before. */
const lockUser = async (tx: Transaction, name: string) =>
  (await tx.select({ id: users.id, handle: users.handle }).from(users).where(isMeant(tx, name)).for('no key update'))[0]

/** Afterwards the account has the role without an end. If it did not before, all administrators are mailed. */
export async function grantRole(
  deps: AccountChanges & MailDeps,
  name: string,
  role: Role,
): Promise<'granted' | 'held' | 'unknown'> {
  return changeAccounts(deps, async (tx) => {
    const user = await lockUser(tx, name)
    if (user === undefined) return 'unknown'
    const granted = await tx
      .insert(userRoles)
      .values({ userId: user.id, role })
      .onConflictDoUpdate({
        target: [userRoles.userId, userRoles.role],
        set: { expiresAt: null },
        setWhere: isNotNull(userRoles.expiresAt),
      })
      .returning({ role: userRoles.role })
    if (granted.length === 0) return 'held'
    tx.forget(user.id)
    if (role === 'admin') await endSessions(tx, user.id, { reason: 'role_granted', kind: 'impersonation' })
    await audit(tx, { type: 'role_granted', userId: user.id, client: undefined, metadata: { role, by: 'operator' } })
    await tellAdmins(tx, deps, { template: 'role_granted', role, handle: user.handle })
    return 'granted'
  })
}

/** Afterwards the account no longer has the role, except that the last administrator keeps it [AZ4]. */
export function revokeRole(
  deps: AccountChanges,
  name: string,
  role: Role,
): Promise<'revoked' | 'not held' | 'unknown' | 'last'> {
  return changeAccounts(deps, async (tx) => {
    const user = await lockUser(tx, name)
    if (user === undefined) return 'unknown'
    if (role === 'admin' && (await isLastAdmin(tx, user.id))) return 'last'
    const revoked = await tx
      .delete(userRoles)
      .where(and(eq(userRoles.userId, user.id), eq(userRoles.role, role)))
      .returning({ role: userRoles.role })
    if (revoked.length === 0) return 'not held'
    await endSessions(tx, user.id, { reason: 'role_revoked', kind: 'console' })
    await audit(tx, { type: 'role_revoked', userId: user.id, client: undefined, metadata: { role, by: 'operator' } })
    return 'revoked'
  })
}
