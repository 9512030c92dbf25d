import { eq } from 'drizzle-orm'
import { audit, byDoer, type Doer } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { backupCodes, totpSecrets } from '../db/schema/totp.ts'
import { users } from '../db/schema/users.ts'
import type { Caller } from '../http/caller.ts'
import { type MailDeps, notifyOwner } from '../mail/outbox.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import { countChange } from '../throttling/changes.ts'
import { proveCodeAgain } from './prove-code.ts'

export const disableTotpRefusals = [
  'totp:not_enabled',
  'totp:invalid_code',
  'totp:backup_code_exhausted',
  'rate_limit:exceeded',
  'user:invalid_session',
] as const

type DisableTotpRefusal = (typeof disableTotpRefusals)[number]

/** Afterwards no sign-in needs a code; secret and backup codes are gone, and so are logins that waited [MF6]. */
export async function disableTotp(
  ctx: Context<DisableTotpRefusal>,
  signedIn: SignedIn,
  { code, client }: { readonly code: string; readonly client: Caller },
): Promise<void> {
  const proof = { code, purpose: 'disable', act: 'totp_disable', off: 'totp:not_enabled', client } as const
  const proven = await proveCodeAgain(ctx, signedIn, proof)
  await countChange(ctx, signedIn.user)
  await changeAccounts(ctx, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    await proven.claim(tx, user)
    await removeTotp(tx, ctx, { user, by: client })
  })
}

type Removal = {
  readonly user: { readonly id: string; readonly email: string }
  readonly by: Doer
}

/**
 * Afterwards secret, backup codes and logins that waited for a code are gone, and the owner is told. Console sessions,
 * which need a second factor, have ended [AD1].
 */
export async function removeTotp(tx: AccountTransaction, deps: MailDeps, { user, by }: Removal): Promise<void> {
  tx.forget(user.id)
  await tx.update(users).set({ totpEnabledAt: null }).where(eq(users.id, user.id))
  await tx.delete(totpSecrets).where(eq(totpSecrets.userId, user.id))
  await tx.delete(backupCodes).where(eq(backupCodes.userId, user.id))
  await endHeldLogins(tx, user.id)
  await endSessions(tx, user.id, { reason: 'factor_removed', kind: 'console' })
  await audit(tx, { type: 'totp_disabled', userId: user.id, ...byDoer(by) })
  await notifyOwner(tx, deps, user, { template: 'totp_disabled' })
}
