import { eq } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { countWayIn, tellAdminsOfWayIn } from '../accounts/tell-admins.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { changedPassword } from '../credentials/changed-password.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { users } from '../db/schema/users.ts'
import type { HashingCaller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { supersedeUserTokens } from '../mailed-tokens/issue.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import { hashPassword } from '../throttling/hash-password.ts'
import { countOwnHash } from '../throttling/hash-ticket.ts'

export const setInitialPasswordRefusals = [
  'password:already_set',
  'rate_limit:exceeded',
  'user:invalid_session',
] as const

type SetInitialPasswordRefusal = (typeof setInitialPasswordRefusals)[number]

/**
 * Afterwards an account that had no password has one, the caller's session is its only one, and its owner is told
 * [PW4].
 */
export async function setInitialPassword(
  ctx: Context<SetInitialPasswordRefusal>,
  signedIn: SignedIn,
  { newPassword, client }: { readonly newPassword: string; readonly client: HashingCaller },
): Promise<void> {
  await countWayIn(ctx, signedIn.user)
  const passwordHash = await hashPassword(ctx, newPassword, await countOwnHash(ctx, signedIn, client))
  await changeAccounts(ctx, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    if (user.hasPassword) throw ctx.fault('password:already_set')
    await tx.update(users).set(changedPassword(passwordHash)).where(eq(users.id, user.id))
    await supersedeUserTokens(tx, user.id, ['email_change'])
    await endHeldLogins(tx, user.id)
    await endSessions(tx, user.id, { reason: 'password_changed', except: signedIn.sessionId })
    await audit(tx, { type: 'password_set', userId: user.id, client })
    await notifyOwner(tx, ctx, user, { template: 'password_set' })
    await tellAdminsOfWayIn(tx, ctx, signedIn.user, { what: 'password' })
  })
}
