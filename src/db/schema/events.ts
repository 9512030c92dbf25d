import { bigserial, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt } from './columns.ts'

/** Committed events of accounts that have no position in `event_log` yet. */
export const eventOutbox = pgTable('event_outbox', {
  eventId: uuid().primaryKey(),
  userId: uuid().notNull(),
  createdAt: createdAt(),
})

/**
 * The order in which clients and webhooks get events. One process at a time gives positions, after the commit, so no
 * event ever appears before one that a client has already read.
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

/** URLs of the operator to which events are posted. The secret that signs the requests is sealed. */
export const webhooks = pgTable('webhooks', {
  id: uuid().primaryKey(),
  url: text().notNull(),
  sealedSecret: bytea().notNull(),
  createdAt: createdAt(),
})
