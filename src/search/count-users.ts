import { sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import type { UserIndex } from './user-index.ts'

export type Counts = { readonly users: number; readonly waiting: number }

/** Counts the users that can be found, and the changes of users that are not in the index yet. */
export async function countUsers(db: Database): Promise<Counts> {
  const { rows } = await db.execute<Counts>(sql`
    select (select count(*)::int from users where deleted_at is null) as users,
      (select count(*)::int from pgboss.job where name = 'index-user'
        and state in ('created', 'retry', 'active')) as waiting`)
  return rows[0] ?? { users: 0, waiting: 0 }
}

/** How index and database differ, in words. Returns undefined if they agree, or if changes are still under way. */
export async function findDifference(db: Database, index: UserIndex): Promise<string | undefined> {
  const before = await countUsers(db)
  if (before.waiting > 0) return undefined
  const indexed = await index.count()
  const after = await countUsers(db)
  if (indexed === undefined || after.waiting > 0 || after.users !== before.users) return undefined
  return indexed === after.users ? undefined : `it has ${indexed} of ${after.users} users`
}
