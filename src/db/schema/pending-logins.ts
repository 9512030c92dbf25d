import { boolean, index, pgTable, smallint, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant, shownMethods } from './columns.ts'
import { users } from './users.ts'

/**
 * Logins whose first step was right, a password or a provider's word, and that wait for a code; only digests of their
 * temp_tokens.
 */
export const pendingLogins = pgTable(
  'pending_logins',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    digest: bytea().notNull(),
    rememberMe: boolean().notNull(),
    methods: shownMethods(),
    tries: smallint().notNull().default(0),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    /** By a change of what opens the account. */
    endedAt: instant(),
  },
  (table) => [
    unique('pending_logins_digest_unique').on(table.digest),
    index('pending_logins_user_id').on(table.userId),
    index('pending_logins_expires_at').on(table.expiresAt),
  ],
)
