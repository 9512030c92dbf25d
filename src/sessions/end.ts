import { and, eq, isNull, sql } from 'drizzle-orm'
import { sessions } from '../db/schema/sessions.ts'
import type { Transaction } from '../db/transaction.ts'

/** Afterwards the session opens nothing any more; its row stays, so that its token can be told from an unknown one. */
export async function endSession(tx: Transaction, sessionId: string, reason: 'logout'): Promise<void> {
  await tx
    .update(sessions)
    .set({ endedAt: sql`now()`, endReason: reason })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.endedAt)))
}
