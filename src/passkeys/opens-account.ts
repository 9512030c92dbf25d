import { and, gt, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { byRecovery, type From, type Opening } from '../sign-in/opening.ts'
import type { Removed } from '../sign-in/removed.ts'
import { isTheirs, noteCount } from './counted.ts'

export const passkeyOpenings: readonly Opening[] = [{ table: passkeys, takeBack: takeBackPasskeys }]

/** Passkeys from before that moment stay: their owner has them. */
async function takeBackPasskeys(tx: AccountTransaction, { userId, since, client }: From): Promise<Removed[]> {
  const younger = await tx
    .update(passkeys)
    .set({ deletedAt: sql`now()` })
    .where(and(isTheirs(userId), gt(passkeys.createdAt, since)))
    .returning({ id: passkeys.id })
  if (younger.length === 0) return []
  await noteCount(tx, userId)
  const metadata = { ...byRecovery, count: String(younger.length) }
  await audit(tx, { type: 'passkey_deleted', userId, client, metadata })
  return [{ what: 'passkeys', count: younger.length }]
}
