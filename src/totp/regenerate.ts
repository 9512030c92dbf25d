import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import { countChange } from '../throttling/changes.ts'
import { replaceBackupCodes } from './backup-codes.ts'
import { claimCode } from './check-code.ts'
import { proveTotp } from './prove-code.ts'

export const regenerateBackupCodesRefusals = [
  'totp:not_enabled',
  'totp:invalid_code',
  'rate_limit:exceeded',
  'user:invalid_session',
] as const

type RegenerateBackupCodesRefusal = (typeof regenerateBackupCodesRefusals)[number]

/** Afterwards the account has ten new backup codes and none of the old ones works [MF3]. */
export async function regenerateBackupCodes(
  ctx: Context<RegenerateBackupCodesRefusal>,
  signedIn: SignedIn,
  { code, client }: { readonly code: string; readonly client: Caller },
): Promise<string[]> {
  const { id: userId } = signedIn.user
  const act = 'backup_codes_regenerate'
  const checked = await proveTotp(ctx, signedIn, { code, purpose: 'regenerate', act, client })
  await countChange(ctx, signedIn.user)
  return transaction(ctx.pool, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    if (!user.factors.includes('totp')) throw ctx.fault('totp:not_enabled')
    if (!(await claimCode(tx, 'regenerate', checked))) throw ctx.fault('totp:invalid_code')
    await audit(tx, { type: 'backup_codes_regenerated', userId, client })
    await notifyOwner(tx, ctx, user, { template: 'backup_codes_regenerated' })
    return replaceBackupCodes(tx, ctx.keyring, userId)
  })
}
