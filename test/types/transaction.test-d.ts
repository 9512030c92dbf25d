import type { Context } from '../../src/context.ts'
import { endHeldLogins } from '../../src/credentials/end-held-logins.ts'
import type { Transaction } from '../../src/db/transaction.ts'
import { takeMailedToken } from '../../src/mailed-tokens/take.ts'
import { spendBackupCode } from '../../src/totp/backup-codes.ts'
import { claimCode } from '../../src/totp/check-code.ts'

// Compiled by `tsc --noEmit`, never run: what takes a single-use thing must do so in the transaction of its effect.

declare const ctx: Context<never>
declare const tx: Transaction
declare const code: Parameters<typeof claimCode>[2]
declare const wanted: Parameters<typeof takeMailedToken>[1]

export const inside = [
  claimCode(tx, 'login', code),
  spendBackupCode(tx, 'id'),
  takeMailedToken(tx, wanted),
  endHeldLogins(tx, 'id'),
]

// @ts-expect-error outside a transaction the code would be spent for an effect that may not come
export const code1 = claimCode(ctx.db, 'login', code)
// @ts-expect-error the same of a backup code
export const code2 = spendBackupCode(ctx.db, 'id')
// @ts-expect-error the same of a mailed link
export const link = takeMailedToken(ctx.db, wanted)
// @ts-expect-error sign-ins that wait must end with what ends them, or not at all
export const held = endHeldLogins(ctx.db, 'id')
// @ts-expect-error what only looks like one was made past the file that begins transactions
export const made: Transaction = ctx.db
