import { index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/**
 * Fixed windows of the rate limits, if no Redis is configured. Unlogged, as every limited request writes here: after a
 * crash of PostgreSQL all windows start anew, as they do after a crash of Redis.
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

/** Attempts at a secret since the last success. Always in PostgreSQL, as flushing a cache must not free an attacker. */
export const failedAttempts = pgTable(
  'failed_attempts',
  {
    key: text().primaryKey(),
    count: integer().notNull(),
    blockedUntil: instant(),
    forgottenAt: instant().notNull(),
    /** When the owner was last told of a lockout. */
    toldAt: instant(),
  },
  (table) => [index('failed_attempts_forgotten_at').on(table.forgottenAt)],
)
