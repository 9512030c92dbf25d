import { and, eq, isNull, sql } from 'drizzle-orm'
import { refreshFamilies } from '../db/schema/sessions.ts'
import type { Transaction } from '../db/transaction.ts'
import type { From, Opening } from '../sign-in/opening.ts'
import type { Removed } from '../sign-in/removed.ts'

export const accessTokenOpenings: readonly Opening[] = [{ table: refreshFamilies, takeBack: endEveryFamily }]

/** The families are dead with their sessions anyway; this marks their rows as ended. */
async function endEveryFamily(tx: Transaction, { userId }: From): Promise<Removed[]> {
  await tx
    .update(refreshFamilies)
    .set({ endedAt: sql`now()` })
    .where(and(eq(refreshFamilies.userId, userId), isNull(refreshFamilies.endedAt)))
  return []
}
