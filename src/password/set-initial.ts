import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { users } from '../db/schema/users.ts'
import type { HashingClient } from '../http/client.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { changeAccounts } from '../sessions/change-accounts.ts'
import { endSessions } from '../sessions/end.ts'
import { endHeldLogins } from '../sessions/hold-login.ts'
import { lockOwnAccount } from '../sessions/open.ts'
import type { SignedIn } from '../sessions/signed-in.ts'
import { supersedeUserTokens } from '../tokens/issue.ts'
import { audit } from '../users/audit.ts'
import { countWayIn, tellAdminsOfWayIn } from '../users/tell-admins.ts'
import { countOwnHash } from './hash-ticket.ts'
import { refusePersonal } from './refuse-personal.ts'
import { hashPassword } from './secret.ts'
import { changedPassword } from './store.ts'

type Refusal = 'password:already_set' | 'general:validation_error' | 'rate_limit:exceeded' | 'user:invalid_session'

/** Afterwards an account that had no password has one, the caller's session is its only one, and its owner is told [PW4]. */
export async function setInitialPassword(
  ctx: Context<Refusal>,
  signedIn: SignedIn,
  { newPassword, client }: { readonly newPassword: string; readonly client: HashingClient },
): Promise<void> {
  await countWayIn(ctx, signedIn.user)
  refusePersonal(ctx, newPassword, signedIn.user)
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
