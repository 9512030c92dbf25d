import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import { isPasswordRight } from '../password/secret.ts'
import type { SignedIn } from '../sessions/resolve.ts'
import { accountAttempts, admitAttempt, clearAttempts } from './failed-attempts.ts'

type Refusal = 'user:password_not_set' | 'password:incorrect' | 'rate_limit:exceeded' | 'system:hashing_error'

/** Afterwards the session is fresh for five minutes. */
export async function reauthenticate(
  ctx: Context<Refusal>,
  { sessionId, user, deviceId }: SignedIn,
  password: string,
): Promise<void> {
  const [account] = await ctx.db.select({ hash: users.passwordHash }).from(users).where(eq(users.id, user.id))
  if (!account || account.hash === null) throw ctx.fault('user:password_not_set')
  const attempts = accountAttempts(user.id, deviceId)
  await admitAttempt(ctx, attempts)
  if (!(await isPasswordRight(ctx, account.hash, password))) throw ctx.fault('password:incorrect')
  await clearAttempts(ctx.db, attempts)
  await ctx.db.update(sessions).set({ authenticatedAt: sql`now()` }).where(eq(sessions.id, sessionId))
}
