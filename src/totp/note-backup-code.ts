import { audit } from '../accounts/history.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { Caller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { countBackupCodes } from './backup-codes.ts'
import type { CheckedCode } from './check-code.ts'

type Use = {
  readonly user: { readonly id: string; readonly email: string }
  readonly checked: CheckedCode
  readonly client: Caller
}

/**
 * Afterwards the owner is told that a backup code was spent, and how many are left. Does nothing for codes of the app.
 */
export async function noteBackupCode(tx: Transaction, deps: Deps, { user, checked, client }: Use): Promise<void> {
  if (checked.kind !== 'backup') return
  const left = await countBackupCodes(tx, user.id)
  await audit(tx, { type: 'backup_code_used', userId: user.id, client, metadata: { left: String(left) } })
  await notifyOwner(tx, deps, user, { template: 'backup_code_used', left })
}
