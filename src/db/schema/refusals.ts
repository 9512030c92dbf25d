import { sql } from 'drizzle-orm'
import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/**
 * What was refused in the last seven days, so that support can say what happened to a request. Never what was sent.
 * Without foreign keys, as rows are written later, many at a time.
 */
export const refusals = pgTable(
  'refusals',
  {
    id: uuid().primaryKey(),
    requestId: text().notNull(),
    method: text().notNull(),
    /** The pattern of the route. */
    route: text().notNull(),
    code: text().notNull(),
    /** Who was signed in, or whose address was sent. */
    userId: uuid(),
    /** Of the address that was sent, as in the audit log. */
    addressDigest: text(),
    network: text().notNull(),
    /** The digest of the caller's contract. */
    contract: text(),
    refusedAt: instant().notNull(),
  },
  (table) => [
    index('refusals_request_id').on(table.requestId),
    index('refusals_user_id').on(table.userId, table.refusedAt).where(sql`user_id is not null`),
    index('refusals_address_digest').on(table.addressDigest, table.refusedAt).where(sql`address_digest is not null`),
    index('refusals_code').on(table.code, table.refusedAt),
    index('refusals_route').on(table.route, table.refusedAt),
    index('refusals_network').on(table.network, table.refusedAt),
    index('refusals_refused_at').on(table.refusedAt),
  ],
)
