import type { Config } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import type { SearchCounts } from '../metrics/metrics.ts'
import { countUsers } from './count-users.ts'
import { openUserIndex } from './user-index.ts'

/** How long counts are reused, because counting all users costs more than a scrape should. */
const keptMs = 30_000

/** Returns undefined if PostgreSQL itself is searched. */
export function measureIndex(config: Config, db: Database): (() => Promise<SearchCounts>) | undefined {
  const index = openUserIndex(config)
  if (index === undefined) return undefined
  let kept: { readonly counts: Promise<SearchCounts>; readonly until: number } | undefined
  const count = async (): Promise<SearchCounts> => {
    const [{ users }, documents] = await Promise.all([countUsers(db), index.count()])
    return { users, documents }
  }
  return async () => {
    if (kept === undefined || kept.until < performance.now()) {
      kept = { counts: count(), until: performance.now() + keptMs }
    }
    try {
      return await kept.counts
    } catch (error) {
      kept = undefined
      throw error
    }
  }
}
