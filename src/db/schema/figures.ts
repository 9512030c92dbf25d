import { sql } from 'drizzle-orm'
import { date, index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/** What the worker counted of each hour, so that an overview reads a few rows and no account. Kept for 400 days. */
export const figures = pgTable('figures', {
  hour: instant().primaryKey(),
  signUps: integer().notNull(),
  signIns: integer().notNull(),
  /** Wrong passwords and codes. */
  failed: integer().notNull(),
  /** Sessions that were opened. */
  sessions: integer().notNull(),
  /** Accounts that were seen on the hour's day (UTC), until it was counted. */
  activeUsers: integer().notNull(),
  mailsSent: integer().notNull(),
  mailsFailed: integer().notNull(),
  countedAt: instant().notNull().default(sql`now()`),
})

/**
 * Who was seen on which day (UTC); kept until the day is counted. Without a foreign key, as rows are written many at a
 * time.
 */
export const activeUsers = pgTable('active_users', { day: date().notNull(), userId: uuid().notNull() }, (table) => [
  primaryKey({ columns: [table.day, table.userId] }),
  index('active_users_user_id').on(table.userId),
])
