import { sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'

/** Users in one statement: few, because changes of these users wait until it is done. */
const batchSize = 500

/**
 * Afterwards every user has search words, also those stored before names were folded as they are now. A trigger sets
 * the words whenever a name is written.
 */
export async function foldOlderNames(db: Database): Promise<void> {
  for (;;) {
    const { rowCount } = await db.execute(sql`
      update users set handle = handle where id in (
        select id from users where search_words is null order by id limit ${batchSize} for update skip locked)`)
    if (!rowCount) return
  }
}
