import { randomUUIDv7 } from 'node:crypto'
import { moderationLogs } from '../db/schema/moderation.ts'
import type { Transaction } from '../db/transaction.ts'

export type NotedAct = Omit<typeof moderationLogs.$inferInsert, 'id' | 'createdAt'> & {
  /** That of the account's event, where it has one. */
  readonly id?: string
}

/** Logs an act of a moderator or administrator, and who did it, in the transaction of the act [AT11]. */
export async function noteAct(tx: Transaction, act: NotedAct): Promise<void> {
  await tx.insert(moderationLogs).values({ ...act, id: act.id ?? randomUUIDv7() })
}
