import { index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/**
 * Fixed windows of the rate limits, where no Redis is configured. Unlogged, as every request that is limited writes it:
 * a crash of PostgreSQL begins them anew, as one of Redis does.
 */
export const rateCounters = pgTable(
  'rate_counters',
  {
    key: text().primaryKey(),
    count: integer().notNull(),
    resetsAt: instant().notNull(),
  },
  (table) => [index('rate_counters_resets_at').on(table.resetsAt)],
)

/** Attempts at a secret since the last success. In PostgreSQL always: a flushed cache must not free an attacker. */
export const failedAttempts = pgTable(
  'failed_attempts',
  {
    key: text().primaryKey(),
    count: integer().notNull(),
    blockedUntil: instant(),
    forgottenAt: instant().notNull(),
    /** When its owner was last told that somebody is locked out. */
    toldAt: instant(),
  },
  (table) => [index('failed_attempts_forgotten_at').on(table.forgottenAt)],
)
