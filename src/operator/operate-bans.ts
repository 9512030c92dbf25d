import { banAccount, unbanAccount } from '../accounts/ban-account.ts'
import { audit } from '../accounts/history.ts'
import type { AccountTransaction } from '../credentials/change-accounts.ts'

type Term = { readonly until?: Date | undefined; readonly reason?: string | undefined }

const ofOperator = 'by the operator'

/** Afterwards the account is banned with this end and reason, which replace those of an earlier ban. */
export async function banByOperator(
  tx: AccountTransaction,
  userId: string,
  { until, reason = ofOperator }: Term,
): Promise<string> {
  await banAccount(tx, userId, { until, reason })
  tx.forget(userId)
  const expiry = until && { expires_at: until.toISOString() }
  await audit(tx, { type: 'banned', userId, client: undefined, metadata: { by: 'operator', reason, ...expiry } })
  return `The account is banned ${until ? `until ${until.toISOString()}` : 'for good'}: ${reason}.`
}

/** Afterwards the account is not banned. */
export async function unbanByOperator(tx: AccountTransaction, userId: string): Promise<string> {
  if (!(await unbanAccount(tx, userId))) return 'The account is not banned.'
  tx.forget(userId)
  await audit(tx, { type: 'unbanned', userId, client: undefined, metadata: { by: 'operator' } })
  return 'The account is banned no more.'
}
