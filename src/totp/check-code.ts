import { and, eq, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { totpSecrets } from '../db/schema/totp.ts'
import type { Transaction } from '../db/transaction.ts'
import { findBackupCode, spendBackupCode } from './backup-codes.ts'
import { findStep, readCode } from './code.ts'
import { openSecret } from './secret.ts'

/** What a code is good for. One that login accepts is spent for everything, any other for its own purpose and for login. */
export type Purpose = 'login' | 'enable' | 'regenerate' | 'disable'

export type CheckedCode =
  | { readonly kind: 'totp'; readonly secretId: string; readonly step: number }
  | { readonly kind: 'backup'; readonly id: string }

type Asked = {
  readonly userId: string
  readonly text: string
  readonly purpose: Purpose
  readonly mayBeBackup: boolean
}

const stepOf = {
  login: totpSecrets.loginStep,
  enable: totpSecrets.enableStep,
  regenerate: totpSecrets.regenerateStep,
  disable: totpSecrets.disableStep,
} as const satisfies Record<Purpose, unknown>

/** Looks at the code without spending it. The time is the database's, so that no replica's clock accepts what is over. */
export async function checkCode(
  ctx: Context<never>,
  { userId, text, purpose, mayBeBackup }: Asked,
): Promise<CheckedCode | 'wrong' | 'exhausted'> {
  const given = readCode(text)
  if (given?.kind === 'backup' && mayBeBackup) {
    const found = await findBackupCode(ctx.db, ctx.keyring, { userId, code: given.code })
    return typeof found === 'string' ? found : { kind: 'backup', id: found.id }
  }
  if (given?.kind !== 'totp') return 'wrong'
  const [row] = await ctx.db
    .select({
      id: totpSecrets.id,
      box: totpSecrets.sealedSecret,
      spentStep: stepOf[purpose],
      nowSeconds: sql<number>`extract(epoch from now())::float8`,
    })
    .from(totpSecrets)
    .where(eq(totpSecrets.userId, userId))
  if (row === undefined) return 'wrong'
  const step = findStep(openSecret(ctx.keyring, row.box, userId), given.code, row)
  return step === undefined ? 'wrong' : { kind: 'totp', secretId: row.id, step }
}

/** Whether this very statement spent the code: in the transaction of what it opens, it decides every race [MF1]. */
export async function claimCode(tx: Transaction, purpose: Purpose, checked: CheckedCode): Promise<boolean> {
  if (checked.kind === 'backup') return spendBackupCode(tx, checked.id)
  const { secretId, step } = checked
  const claimed = await tx
    .update(totpSecrets)
    .set(spentSteps(purpose, step))
    .where(and(eq(totpSecrets.id, secretId), lt(stepOf[purpose], step)))
    .returning({ id: totpSecrets.id })
  return claimed.length > 0
}

function spentSteps(purpose: Purpose, step: number) {
  if (purpose === 'login') return { loginStep: step, enableStep: step, regenerateStep: step, disableStep: step }
  return { [`${purpose}Step`]: step, loginStep: sql`greatest(${totpSecrets.loginStep}, ${step})` }
}
