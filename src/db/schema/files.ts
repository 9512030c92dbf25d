import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt } from './columns.ts'

/** What the file store must hold, byte for byte. A file in the store without a row here is an orphan. */
export const files = pgTable(
  'files',
  {
    /** Random; also the key in the store and the last part of the URL. */
    name: text().primaryKey(),
    userId: uuid().notNull(),
    kind: text().$type<'profile_image' | 'banner_image'>().notNull(),
    digest: bytea().notNull(),
    size: integer().notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('files_user_id').on(table.userId)],
)
