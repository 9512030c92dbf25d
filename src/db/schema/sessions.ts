import { sql } from 'drizzle-orm'
import { boolean, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant, type SessionKind, shownMethods } from './columns.ts'

/** No foreign key to users, to tell a session whose user is gone from one that never existed [D5]. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    userId: uuid().notNull(),
    tokenDigest: bytea().notNull(),
    kind: text().$type<SessionKind>().notNull().default('user'),
    /** The administrator who is in the account; only of impersonations. */
    impersonatorId: uuid(),
    /** Their console session, which it ends with; only of impersonations. */
    consoleSessionId: uuid(),
    /** Whether it may only read; only of impersonations. */
    readOnly: boolean().notNull().default(false),
    deviceId: uuid(),
    rememberMe: boolean().notNull(),
    methods: shownMethods(),
    /** The passkey that opened the session, if one did. */
    passkeyId: uuid(),
    userAgent: text(),
    ipAddress: text(),
    createdAt: createdAt(),
    /** When the session was opened or last re-authenticated; decides whether it is fresh. */
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
    index('sessions_impersonator_id').on(table.impersonatorId).where(sql`${table.impersonatorId} is not null`),
    /** For lists, and to find the hundredth session at a sign-in. An account may have any number of ended sessions. */
    index('sessions_not_ended').on(table.userId, table.createdAt).where(sql`${table.endedAt} is null`),
    index('sessions_max_expires_at').on(table.maxExpiresAt),
  ],
)

/** Refresh tokens that follow from one another. A family ends by reuse or revocation, or with its session. */
export const refreshFamilies = pgTable(
  'refresh_families',
  {
    id: uuid().primaryKey(),
    sessionId: uuid().notNull(),
    userId: uuid().notNull(),
    createdAt: createdAt(),
    endedAt: instant(),
    /** Never later than the end of the session. */
    expiresAt: instant().notNull(),
  },
  (table) => [
    index('refresh_families_expires_at').on(table.expiresAt),
    index('refresh_families_session_id').on(table.sessionId),
  ],
)

/** Refresh tokens, as digests. A used one is kept for 30 days, so that its reuse is detected. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    id: uuid().primaryKey(),
    familyId: uuid()
      .notNull()
      .references(() => refreshFamilies.id, { onDelete: 'cascade' }),
    /** Unique, so that a token has at most one child, whatever races. */
    parentId: uuid(),
    digest: bytea().notNull(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    rotatedAt: instant(),
    /** Id of the encryption key from which the child was derived. */
    childKeyId: integer(),
  },
  (table) => [
    unique('refresh_tokens_digest_unique').on(table.digest),
    unique('refresh_tokens_parent_id_unique').on(table.parentId),
    index('refresh_tokens_family_id').on(table.familyId),
    index('refresh_tokens_done_at').on(sql`coalesce(${table.rotatedAt}, ${table.expiresAt})`),
  ],
)
