import { and, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Method } from '../credentials/methods.ts'
import { prepared } from '../db/prepared.ts'
import { totpSecrets } from '../db/schema/totp.ts'
import type { Transaction } from '../db/transaction.ts'
import { findBackupCode, spendBackupCode } from './backup-codes.ts'
import { findStep, readCode } from './code.ts'
import { openSecret } from './secret.ts'

/**
 * What a code is used for. A code accepted for login is spent for every purpose; any other is spent for its own purpose
 * and for login.
 */
export type Purpose = 'login' | 'enable' | 'regenerate' | 'disable'

export type CheckedCode =
  | { readonly kind: 'totp'; readonly secretId: string; readonly step: number }
  | { readonly kind: 'backup'; readonly id: string }

export const methodOf = ({ kind }: CheckedCode): Method => (kind === 'backup' ? 'backup_code' : 'totp')

type Asked = {
  readonly userId: string
  readonly text: string
  readonly purpose: Purpose
  readonly mayBeBackup: boolean
}

const steps = {
  login: totpSecrets.loginStep,
  enable: totpSecrets.enableStep,
  regenerate: totpSecrets.regenerateStep,
  disable: totpSecrets.disableStep,
} as const satisfies Record<Purpose, unknown>

const findStatement = prepared((db) =>
  db
    .select({
      id: totpSecrets.id,
      box: totpSecrets.sealedSecret,
      spentSteps: steps,
      nowSeconds: sql<number>`extract(epoch from now())::float8`,
    })
    .from(totpSecrets)
    .where(eq(totpSecrets.userId, sql.placeholder('userId')))
    .prepare('find_totp_secret'),
)

/**
 * Checks the code without spending it. The time is the database's, so that no replica with a wrong clock accepts an old
 * code.
 */
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
  const [row] = await findStatement(ctx.db).execute({ userId })
  if (row === undefined) return 'wrong'
  const { id: secretId, box, nowSeconds, spentSteps } = row
  const spentStep = spentSteps[purpose]
  const step = findStep(openSecret(ctx.keyring, box, userId), given.code, { nowSeconds, spentStep })
  return step === undefined ? 'wrong' : { kind: 'totp', secretId, step }
}

/**
 * Whether this very statement spent the code. Run in the transaction of the act that the code permits, it decides every
 * race [MF1].
 */
export async function claimCode(tx: Transaction, purpose: Purpose, checked: CheckedCode): Promise<boolean> {
  if (checked.kind === 'backup') return spendBackupCode(tx, checked.id)
  const { secretId, step } = checked
  const claimed = await claimStatements[purpose](tx).execute({ secretId, step })
  return claimed.length > 0
}

const givenStep = sql<number>`${sql.placeholder('step')}::int`
const orLater = sql<number>`greatest(${totpSecrets.loginStep}, ${givenStep})`

const claimStatement = (purpose: Purpose, spent: Partial<Record<`${Purpose}Step`, SQL<number>>>) =>
  prepared((tx) =>
    tx
      .update(totpSecrets)
      .set(spent)
      .where(and(eq(totpSecrets.id, sql.placeholder('secretId')), lt(steps[purpose], givenStep)))
      .returning({ id: totpSecrets.id })
      .prepare(`claim_totp_code_for_${purpose}`),
  )

const claimStatements = {
  login: claimStatement('login', {
    loginStep: givenStep,
    enableStep: givenStep,
    regenerateStep: givenStep,
    disableStep: givenStep,
  }),
  enable: claimStatement('enable', { enableStep: givenStep, loginStep: orLater }),
  regenerate: claimStatement('regenerate', { regenerateStep: givenStep, loginStep: orLater }),
  disable: claimStatement('disable', { disableStep: givenStep, loginStep: orLater }),
} as const satisfies Record<Purpose, unknown>
