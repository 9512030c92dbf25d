import { sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { rateCounters } from '../db/schema/limits.ts'
import type { RateCounter } from './rate-counter.ts'

/** Counts across replicas if no Redis is configured, by the database's clock. */
export function postgresRateCounter(db: Database): RateCounter {
  const statement = prepareCount(db)
  return {
    hit: async (windows) => {
      const rows = await statement.execute({
        keys: windows.map(({ key }) => key),
        seconds: windows.map(({ windowSeconds }) => windowSeconds),
        costs: windows.map(({ cost = 1 }) => cost),
        most: windows.map(({ most = null }) => most),
      })
      const found = new Map(rows.map((row) => [row.key, row]))
      return windows.map(({ key, windowSeconds }) => {
        const { count, resetsInSeconds } = found.get(key) ?? { count: 1, resetsInSeconds: windowSeconds }
        // A statement that waited for a row reads a window that began after its own `now()`.
        return { count, resetsInSeconds: Math.min(Math.max(resetsInSeconds, 0), windowSeconds) }
      })
    },
    close: async () => {},
  }
}

function prepareCount(db: Database) {
  const { key, count, resetsAt } = rateCounters
  const over = sql`${resetsAt} <= now()`
  const keys = sql`${sql.placeholder('keys')}::text[]`
  const seconds = sql`${sql.placeholder('seconds')}::float8[]`
  const costs = sql`${sql.placeholder('costs')}::integer[]`
  // Sorted, so that two statements lock the rows they share in the same order and never deadlock.
  const asked = sql`
    select key, cost, now() + make_interval(secs => seconds)
    from unnest(${keys}, ${seconds}, ${costs}) as asked (key, seconds, cost)
    order by key`
  const most = sql`
    (select most from unnest(${keys}, ${sql.placeholder('most')}::integer[]) as bound (key, most)
      where bound.key = ${key})`
  // A null bound is ignored by `least()`.
  const counted = sql`greatest(${count}, least(${count} + excluded.count, ${most} + 1))`
  return db
    .insert(rateCounters)
    .select(asked)
    .onConflictDoUpdate({
      target: key,
      set: {
        count: sql`case when ${over} then excluded.count else ${counted} end`,
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
