import { jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/** The contracts that this installation has served: what its callers may have been written against. */
export const contracts = pgTable('contracts', {
  digest: text().primaryKey(),
  version: text().notNull(),
  /** The codes of every operation, by its method and path. */
  codes: jsonb().$type<Readonly<Record<string, readonly string[]>>>().notNull(),
  /** When a server with this contract last started. */
  servedAt: instant().notNull(),
})
