import { bigserial, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt } from './columns.ts'

/** Events of accounts that were committed and not yet put in order. */
export const eventOutbox = pgTable('event_outbox', {
  eventId: uuid().primaryKey(),
  userId: uuid().notNull(),
  createdAt: createdAt(),
})

/**
 * The order in which clients and webhooks get events: a position is given after the commit, by one process at a time,
 * so none is ever filled in late.
 */
export const eventLog = pgTable(
  'event_log',
  {
    position: bigserial({ mode: 'number' }).primaryKey(),
    eventId: uuid().notNull(),
    userId: uuid().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    unique('event_log_event_id_unique').on(table.eventId),
    index('event_log_user_id_position').on(table.userId, table.position),
    index('event_log_created_at').on(table.createdAt),
  ],
)

/** Where the operator wants events posted to; the secret that signs them is sealed. */
export const webhooks = pgTable('webhooks', {
  id: uuid().primaryKey(),
  url: text().notNull(),
  sealedSecret: bytea().notNull(),
  createdAt: createdAt(),
})
