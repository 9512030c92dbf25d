import { sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'

/** As few as are written in a moment: whoever changes one of these users waits for it. */
const batchSize = 500

/**
 * Gives their words to users that were there before names were folded as they are now: the trigger does, whenever a
 * name is written.
 */
export async function foldOlderNames(db: Database): Promise<void> {
  for (;;) {
    const { rowCount } = await db.execute(sql`
      update users set handle = handle where id in (
        select id from users where search_words is null order by id limit ${batchSize} for update skip locked)`)
    if (!rowCount) return
  }
}
