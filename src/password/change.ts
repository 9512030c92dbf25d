import { eq } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { changedPassword } from '../credentials/changed-password.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { devices, users } from '../db/schema/users.ts'
import type { HashingCaller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { supersedeUserTokens } from '../mailed-tokens/issue.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import { provePassword } from '../sign-in/prove-password.ts'
import { countChange } from '../throttling/changes.ts'
import { hashPassword } from '../throttling/hash-password.ts'
import { countOwnHash } from '../throttling/hash-ticket.ts'

export const changePasswordRefusals = [
  'user:invalid_password',
  'rate_limit:exceeded',
  'system:hashing_error',
  'user:invalid_session',
] as const

type ChangePasswordRefusal = (typeof changePasswordRefusals)[number]

type Change = {
  readonly currentPassword: string
  readonly newPassword: string
  /** Afterwards every device needs a mailed link again. */
  readonly forgetDevices: boolean
  readonly client: HashingCaller
}

/** Afterwards the account has the new password, the caller's session is its only one, and its owner is told. */
export async function changePassword(
  ctx: Context<ChangePasswordRefusal>,
  signedIn: SignedIn,
  change: Change,
): Promise<void> {
  const { client, forgetDevices } = change
  const proven = await provePassword(ctx, signedIn, {
    password: change.currentPassword,
    wrong: 'user:invalid_password',
    act: 'change_password',
    client,
  })
  await countChange(ctx, signedIn.user)
  const ticket = await countOwnHash(ctx, signedIn, client)
  const passwordHash = await hashPassword(ctx, change.newPassword, ticket)
  await changeAccounts(ctx, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    await proven.claim(tx, user)
    await tx.update(users).set(changedPassword(passwordHash)).where(eq(users.id, user.id))
    await supersedeUserTokens(tx, user.id, ['password_reset', 'email_change'])
    await endHeldLogins(tx, user.id)
    await endSessions(tx, user.id, { reason: 'password_changed', except: signedIn.sessionId })
    if (forgetDevices) await tx.delete(devices).where(eq(devices.userId, user.id))
    await audit(tx, { type: 'password_changed', userId: user.id, client })
    await notifyOwner(tx, ctx, user, { template: 'password_changed' })
  })
}
