import { and, eq, isNull, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { tokenDigest } from '../crypto/secret-token.ts'
import { refreshFamilies, refreshTokens } from '../db/schema/sessions.ts'
import { transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { Caller } from '../http/caller.ts'

/** Afterwards no token of the family works, and its owner's history says why. */
export function endReusedFamily({ pool }: Deps, familyId: string, client: Caller): Promise<void> {
  return transaction(pool, async (tx) => {
    const [ended] = await tx
      .update(refreshFamilies)
      .set({ endedAt: sql`now()` })
      .where(and(eq(refreshFamilies.id, familyId), isNull(refreshFamilies.endedAt)))
      .returning({ userId: refreshFamilies.userId })
    if (ended) await audit(tx, { type: 'refresh_reuse_detected', userId: ended.userId, client })
  })
}

/** Afterwards neither this token nor any other of its family works. Does nothing if the token is unknown. */
export async function revokeRefreshToken({ db }: Deps, text: string): Promise<void> {
  const digest = tokenDigest('refresh', text)
  if (digest === undefined) return
  const family = db.select({ id: refreshTokens.familyId }).from(refreshTokens).where(eq(refreshTokens.digest, digest))
  await db
    .update(refreshFamilies)
    .set({ endedAt: sql`now()` })
    .where(and(eq(refreshFamilies.id, sql`(${family})`), isNull(refreshFamilies.endedAt)))
}
