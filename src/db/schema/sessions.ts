import { sql } from 'drizzle-orm'
import { boolean, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant, shownMethods } from './columns.ts'

/** No foreign key to users: a session whose user is gone must be told from a session that never was [D5]. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    userId: uuid().notNull(),
    tokenDigest: bytea().notNull(),
    deviceId: uuid(),
    rememberMe: boolean().notNull(),
    methods: shownMethods(),
    /** By which it was opened. */
    passkeyId: uuid(),
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
    /** For lists and for the hundredth at a sign-in: of those that ended an account may have any number. */
    index('sessions_not_ended').on(table.userId, table.createdAt).where(sql`${table.endedAt} is null`),
    index('sessions_max_expires_at').on(table.maxExpiresAt),
  ],
)

/** The refresh tokens that follow from one another; ended by reuse or revocation, and dead with their session. */
export const refreshFamilies = pgTable(
  'refresh_families',
  {
    id: uuid().primaryKey(),
    sessionId: uuid().notNull(),
    userId: uuid().notNull(),
    createdAt: createdAt(),
    endedAt: instant(),
    /** With the session at the latest. */
    expiresAt: instant().notNull(),
  },
  (table) => [index('refresh_families_expires_at').on(table.expiresAt)],
)

/** Only digests. A used one stays 30 days, so that its reuse shows. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    id: uuid().primaryKey(),
    familyId: uuid()
      .notNull()
      .references(() => refreshFamilies.id, { onDelete: 'cascade' }),
    /** One child at most, whatever races. */
    parentId: uuid(),
    digest: bytea().notNull(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    rotatedAt: instant(),
    /** The encryption key from which the child was derived. */
    childKeyId: integer(),
  },
  (table) => [
    unique('refresh_tokens_digest_unique').on(table.digest),
    unique('refresh_tokens_parent_id_unique').on(table.parentId),
    index('refresh_tokens_family_id').on(table.familyId),
    index('refresh_tokens_done_at').on(sql`coalesce(${table.rotatedAt}, ${table.expiresAt})`),
  ],
)
