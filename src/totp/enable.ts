import { eq, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { countWayIn, tellAdminsOfWayIn } from '../accounts/tell-admins.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { showsTwoFactors } from '../credentials/methods.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { totpSecrets } from '../db/schema/totp.ts'
import { users } from '../db/schema/users.ts'
import type { Caller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import { replaceBackupCodes } from './backup-codes.ts'
import { claimCode } from './check-code.ts'
import { proveTotp } from './prove-code.ts'

export const enableTotpRefusals = [
  'totp:already_enabled',
  'totp:invalid_code',
  'rate_limit:exceeded',
  'user:invalid_session',
] as const

type EnableTotpRefusal = (typeof enableTotpRefusals)[number]

/** Whether the account has a secret, confirmed or not. */
export async function hasSecret(db: Database, userId: string): Promise<boolean> {
  const found = await db.select({ id: totpSecrets.id }).from(totpSecrets).where(eq(totpSecrets.userId, userId))
  return found.length > 0
}

/** Afterwards every sign-in also needs a code, and logins that waited are void; gives the backup codes. */
export async function enableTotp(
  ctx: Context<EnableTotpRefusal>,
  signedIn: SignedIn,
  { code, client }: { readonly code: string; readonly client: Caller },
): Promise<string[]> {
  const { id: userId } = signedIn.user
  const checked = await proveTotp(ctx, signedIn, { code, purpose: 'enable', act: 'totp_enable', client })
  await countWayIn(ctx, signedIn.user)
  return changeAccounts(ctx, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    if (user.factors.includes('totp')) throw ctx.fault('totp:already_enabled')
    if (!(await claimCode(tx, 'enable', checked))) throw ctx.fault('totp:invalid_code')
    tx.forget(userId)
    await tx.update(users).set({ totpEnabledAt: sql`now()` }).where(eq(users.id, userId))
    const isVouchedFor = showsTwoFactors(signedIn.methods)
    await tx.update(totpSecrets).set({ isVouchedFor }).where(eq(totpSecrets.userId, userId))
    await endHeldLogins(tx, userId)
    await audit(tx, { type: 'totp_enabled', userId, client })
    await notifyOwner(tx, ctx, user, { template: 'totp_enabled' })
    await tellAdminsOfWayIn(tx, ctx, signedIn.user, { what: 'totp', countsAtOnce: isVouchedFor })
    return replaceBackupCodes(tx, ctx.keyring, userId)
  })
}
