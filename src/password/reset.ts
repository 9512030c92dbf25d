import { eq } from 'drizzle-orm'
import { findWorkingConnections } from '../accounts/connections.ts'
import { isPersonalPassword } from '../accounts/fields.ts'
import { audit } from '../accounts/history.ts'
import { heldRoles } from '../accounts/roles.ts'
import { tellAdminsOfWayIn } from '../accounts/tell-admins.ts'
import { ownIssuers } from '../config/own-providers.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { changedPassword } from '../credentials/changed-password.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { devices, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { breachedRefusals, refuseBreached } from '../guards/new-password.ts'
import type { HashingCaller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { supersedeUserTokens } from '../mailed-tokens/issue.ts'
import { peekMailedToken, takeMailedToken } from '../mailed-tokens/take.ts'
import { emailKey } from '../text/email.ts'
import { clearAttempts } from '../throttling/attempts.ts'
import { hashPassword } from '../throttling/hash-password.ts'
import { countMailboxHash } from '../throttling/hash-ticket.ts'

export const resetPasswordRefusals = [
  'token:invalid_reset',
  'token:expired_reset',
  'token:email_mismatch',
  'rate_limit:exceeded',
  ...breachedRefusals,
] as const

type ResetPasswordRefusal = (typeof resetPasswordRefusals)[number]

type Reset = {
  readonly token: string
  readonly newPassword: string
  readonly email?: string | undefined
  readonly client: HashingCaller
}

const refusals = {
  invalid: 'token:invalid_reset',
  mismatch: 'token:email_mismatch',
  used: 'token:invalid_reset',
  expired: 'token:expired_reset',
} as const

/**
 * Afterwards the account has the new password and nothing that the old one opened: no session, device or other link.
 * Its owner is told; if an administrator had no password before, all administrators are told.
 */
export async function resetPassword(ctx: Context<ResetPasswordRefusal>, reset: Reset): Promise<void> {
  const { newPassword, client } = reset
  const addressKey = reset.email === undefined ? undefined : emailKey(reset.email)
  const wanted = { token: reset.token, purpose: 'password_reset', addressKey } as const
  // First, as a dead link is worth neither a look-up nor a hash.
  const peeked = await peekMailedToken(ctx.db, wanted)
  if (typeof peeked === 'string') throw ctx.fault(refusals[peeked])
  const asker = { lane: 'known', party: peeked.userId ?? peeked.id } as const
  await refuseBreached(ctx, { field: 'new_password', password: newPassword, asker })
  const ticket = await countMailboxHash(ctx, peeked, client)
  const passwordHash = await hashPassword(ctx, newPassword, ticket)

  const userId = await changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, wanted)
    if (typeof taken === 'string') throw ctx.fault(refusals[taken])
    if (taken.userId === null) throw ctx.fault('token:invalid_reset')
    const user = await getOwner(ctx, tx, taken.userId)
    refusePersonal(ctx, newPassword, user)
    await tx.update(users).set(changedPassword(passwordHash)).where(eq(users.id, user.id))
    await supersedeUserTokens(tx, user.id, ['password_reset', 'email_change'])
    await endHeldLogins(tx, user.id)
    await endSessions(tx, user.id, { reason: 'password_reset' })
    await tx.delete(devices).where(eq(devices.userId, user.id))
    await audit(tx, { type: 'password_reset', userId: user.id, client })
    const connections = await findWorkingConnections(tx, ownIssuers(ctx.config), user.id)
    const providers = connections.map(({ name }) => name)
    await notifyOwner(tx, ctx, user, { template: 'password_was_reset', passkeys: user.passkeys, providers })
    if (user.passwordHash === null) await tellAdminsOfWayIn(tx, ctx, user, { what: 'password' })
    return user.id
  })
  // The wrong guesses of others must not make the owner wait.
  await clearAttempts(ctx.db, `account:${userId}`)
}

type Person = { readonly email: string; readonly handle: string; readonly displayName: string }

/** Checked here, as only the link tells whose names the password must not be [PW3]. */
function refusePersonal(ctx: Context<'general:validation_error'>, password: string, person: Person): void {
  if (!isPersonalPassword(password, person)) return
  throw ctx.fault('general:validation_error', { fields: [{ path: '/new_password', rule: 'personal' }] })
}

async function getOwner(ctx: Context<'token:invalid_reset'>, tx: Transaction, userId: string) {
  const wanted = { user: users, roles: heldRoles }
  const [found] = await tx.select(wanted).from(users).where(eq(users.id, userId)).for('update')
  if (found === undefined) throw ctx.fault('token:invalid_reset')
  return { ...found.user, roles: found.roles }
}
