import { and, eq } from 'drizzle-orm'
import { accountAttempts, admitAttempt, clearAttempts } from '../auth/failed-attempts.ts'
import type { Context } from '../context.ts'
import { normalized } from '../crypto/password-hasher.ts'
import { users } from '../db/schema/users.ts'
import { transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import { endSessions } from '../sessions/end.ts'
import type { SignedIn } from '../sessions/resolve.ts'
import { supersedeUserTokens } from '../tokens/issue.ts'
import { audit } from '../users/audit.ts'
import { refusePersonal } from './refuse-personal.ts'
import { hashPassword, isPasswordRight } from './secret.ts'
import { changedPassword } from './store.ts'

type Refusal = 'user:invalid_password' | 'general:validation_error' | 'rate_limit:exceeded' | 'system:hashing_error'

type Change = { readonly currentPassword: string; readonly newPassword: string; readonly client: Client }

/** Afterwards the account has the new password, and the caller's session is its only one. */
export async function changePassword(ctx: Context<Refusal>, signedIn: SignedIn, change: Change): Promise<void> {
  const { user, sessionId, deviceId } = signedIn
  refusePersonal(ctx, change.newPassword, user)
  if (normalized(change.newPassword) === normalized(change.currentPassword)) {
    throw ctx.fault('general:validation_error', { fields: [{ path: '/new_password', rule: 'unchanged' }] })
  }
  const attempts = accountAttempts(user.id, deviceId)
  await admitAttempt(ctx, attempts)
  const [account] = await ctx.db
    .select({ hash: users.passwordHash, version: users.passwordVersion })
    .from(users)
    .where(eq(users.id, user.id))
  const isRight = await isPasswordRight(ctx, account?.hash ?? undefined, change.currentPassword)
  if (!(account && isRight)) throw ctx.fault('user:invalid_password')
  await clearAttempts(ctx.db, attempts)

  const passwordHash = await hashPassword(ctx, change.newPassword)
  await transaction(ctx.pool, async (tx) => {
    // Of several changes that race, the first one made the current password wrong for the others.
    const changed = await tx
      .update(users)
      .set(changedPassword(passwordHash))
      .where(and(eq(users.id, user.id), eq(users.passwordVersion, account.version)))
      .returning({ id: users.id })
    if (changed.length === 0) throw ctx.fault('user:invalid_password')
    await supersedeUserTokens(tx, user.id, ['password_reset', 'email_change', 'device_verify'])
    await endSessions(tx, user.id, { reason: 'password_changed', except: sessionId })
    await audit(tx, { type: 'password_changed', userId: user.id, client: change.client })
  })
}
