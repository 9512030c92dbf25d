import { sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { rateCounters } from '../db/schema/limits.ts'
import type { RateCounter } from './rate-counter.ts'

/** Counts across replicas where no Redis is configured, by the database's clock. */
export function postgresRateCounter(db: Database): RateCounter {
  const statement = prepareCount(db)
  return {
    hit: async (windows) => {
      const rows = await statement.execute({
        keys: windows.map(({ key }) => key),
        seconds: windows.map(({ windowSeconds }) => windowSeconds),
      })
      const found = new Map(rows.map((row) => [row.key, row]))
      return windows.map(({ key, windowSeconds }) => {
        const { count, resetsInSeconds } = found.get(key) ?? { count: 1, resetsInSeconds: windowSeconds }
        // A statement that waited for another's row reads a window that began after itself.
        return { count, resetsInSeconds: Math.min(Math.max(resetsInSeconds, 0), windowSeconds) }
      })
    },
    close: async () => {},
  }
}

function prepareCount(db: Database) {
  const { key, count, resetsAt } = rateCounters
  const over = sql`${resetsAt} <= now()`
  // Sorted, so that two statements take the rows they share in the same order and never deadlock.
  const asked = sql`
    select key, 1, now() + make_interval(secs => seconds)
    from unnest(${sql.placeholder('keys')}::text[], ${sql.placeholder('seconds')}::float8[]) as asked (key, seconds)
    order by key`
  return db
    .insert(rateCounters)
    .select(asked)
    .onConflictDoUpdate({
      target: key,
      set: {
        count: sql`case when ${over} then 1 else ${count} + 1 end`,
        resetsAt: sql`case when ${over} then excluded.resets_at else ${resetsAt} end`,
      },
    })
    .returning({
      key,
      count,
      resetsInSeconds: sql<number>`extract(epoch from ${resetsAt} - now())::float8`,
    })
    .prepare('count_windows')
}
