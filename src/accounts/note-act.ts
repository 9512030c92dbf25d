import { randomUUIDv7 } from 'node:crypto'
import { moderationLogs } from '../db/schema/moderation.ts'
import type { Transaction } from '../db/transaction.ts'

export type NotedAct = Omit<typeof moderationLogs.$inferInsert, 'id' | 'createdAt'>

/** Logs an act of a moderator or administrator, and who did it, in the transaction of the act [AT11]. */
export async function noteAct(tx: Transaction, act: NotedAct): Promise<void> {
  await tx.insert(moderationLogs).values({ id: randomUUIDv7(), ...act })
}
