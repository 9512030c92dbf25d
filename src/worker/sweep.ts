import { sql } from 'drizzle-orm'
import { expiredRows } from '../accounts/all-rows.ts'
import type { Database } from '../db/database.ts'

const batchSize = 1000

/**
 * The audit's rows are not the API's to delete: a function of their owner's does it, which knows how long they are kept
 * [LG2].
 */
const sweepAudit = sql`select sweep_security_events(${batchSize}) as swept`

/**
 * Afterwards nothing is left whose time is over. In small batches, so that no statement waits for it; by `ctid`, which
 * names one row only as long as no such table is partitioned.
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
