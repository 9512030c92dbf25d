import { sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'

/** So few that they are written in a moment: a change of one of these users waits for that. */
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
