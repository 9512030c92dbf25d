import { sql } from 'drizzle-orm'
import { handles } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { handleKey } from './fields.ts'

/** Whether the user has the handle now. An expired reservation may be taken over; the unique key decides every race. */
export async function takeHandle(tx: Transaction, handle: string, userId: string): Promise<boolean> {
  const taken = await tx
    .insert(handles)
    .values({ key: handleKey(handle), userId })
    .onConflictDoUpdate({
      target: handles.key,
      set: { userId, signUpId: null, expiresAt: null },
      setWhere: sql`${handles.expiresAt} <= now()`,
    })
    .returning({ key: handles.key })
  return taken.length > 0
}
