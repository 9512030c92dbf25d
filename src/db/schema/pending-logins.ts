import { boolean, index, pgTable, smallint, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant, shownMethods } from './columns.ts'
import { users } from './users.ts'

/**
 * Logins whose first step, a password or a provider's answer, was right and that now wait for a code. Of each
 * temp_token only the digest is stored.
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
    /** When a change of the account's credentials ended this login. */
    endedAt: instant(),
  },
  (table) => [
    unique('pending_logins_digest_unique').on(table.digest),
    index('pending_logins_user_id').on(table.userId),
    index('pending_logins_expires_at').on(table.expiresAt),
  ],
)
