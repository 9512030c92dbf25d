import { boolean, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'

/** No foreign key to users: a session whose user is gone must be told from a session that never was. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    userId: uuid().notNull(),
    tokenDigest: bytea().notNull(),
    deviceId: uuid(),
    rememberMe: boolean().notNull(),
    userAgent: text(),
    ipAddress: text(),
    createdAt: createdAt(),
    /** Opened or re-authenticated: decides whether the session is fresh. */
    authenticatedAt: createdAt(),
    lastSeenAt: createdAt(),
    expiresAt: instant().notNull(),
    maxExpiresAt: instant().notNull(),
    endedAt: instant(),
    endReason: text(),
  },
  (table) => [
    unique('sessions_token_digest_unique').on(table.tokenDigest),
    index('sessions_user_id_created_at').on(table.userId, table.createdAt),
    index('sessions_max_expires_at').on(table.maxExpiresAt),
  ],
)
