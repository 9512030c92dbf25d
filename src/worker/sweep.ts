import { sql } from 'drizzle-orm'
import { expiredRows } from '../accounts/all-rows.ts'
import type { Database } from '../db/database.ts'

const batchSize = 1000

/**
 * The API's role may not delete events of the audit log. A function of the owner's role does it, and knows how long
 * they are kept [LG2].
 */
const sweepAudit = sql`select sweep_security_events(${batchSize}) as swept`

/**
 * Afterwards all expired rows are deleted. Small batches keep other statements from waiting for it. `ctid` identifies a
 * row only while no such table is partitioned.
 */
export async function sweep(db: Database): Promise<void> {
  for (const [table, condition] of Object.entries(expiredRows)) {
    for (;;) {
      const batch = sql.raw(
        `delete from ${table} where ctid = any (array(select ctid from ${table} where ${condition} limit ` +
          `${batchSize} for update skip locked))`,
      )
      const { rowCount } = await db.execute(batch)
      if ((rowCount ?? 0) < batchSize) break
    }
  }
  for (;;) {
    const { rows } = await db.execute<{ swept: number }>(sweepAudit)
    if ((rows[0]?.swept ?? 0) < batchSize) break
  }
}
