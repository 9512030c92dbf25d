import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { showsTwoFactors } from '../credentials/methods.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { users } from '../db/schema/users.ts'
import { factorsCountFrom } from './factors.ts'

/**
 * Refuses a session that does not show two factors. The details, shown only in development, say what is missing [AT10].
 */
export async function demandTwoFactors(
  ctx: Context<'user:second_factor_required'>,
  { methods, user }: SignedIn,
): Promise<void> {
  if (showsTwoFactors(methods)) return
  throw ctx.fault('user:second_factor_required', { details: await describeMissing(ctx.db, user) })
}

async function describeMissing(db: Database, { id, handle }: SignedIn['user']): Promise<string> {
  const [found] = await db
    .select({
      from: factorsCountFrom(sql`${id}::uuid`),
      now: sql`now()`.mapWith(users.createdAt),
    })
    .from(users)
    .where(eq(users.id, id))
  const orBefore = `or at once where an operator says so: npm run admin -- user @${handle} confirm-totp`
  if (!found?.from) return `Two-step sign-in is off. Once it is set up its codes count after 24 hours, ${orBefore}.`
  if (found.from > found.now)
    return `The codes or passkeys of this account count from ${found.from.toISOString()}, ${orBefore}.`
  return (
    'Post a passkey’s answer to /v0/auth/reauthenticate, or a code, and the password where the session has shown ' +
    'neither; then again.'
  )
}
