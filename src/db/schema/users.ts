import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'

export const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    emailKey: text().notNull(),
    handle: text().notNull(),
    displayName: text().notNull(),
    bio: text(),
    /** Names of its files. */
    profileImage: text(),
    bannerImage: text(),
    passwordHash: text(),
    /** Raised by every change of the password, not by a new hash of the same one. */
    passwordVersion: integer().notNull().default(0),
    totpEnabledAt: instant(),
    /** What its passkeys know the account by: random, and the same for all of them. */
    passkeyHandle: bytea(),
    /** How many it has, so that no session check counts them. */
    passkeys: integer().notNull().default(0),
    bannedAt: instant(),
    bannedUntil: instant(),
    banReason: text(),
    createdAt: createdAt(),
    /** Erased on that day: only id, handle and times are left. */
    deletedAt: instant(),
  },
  (table) => [
    unique('users_email_key_unique').on(table.emailKey),
    unique('users_passkey_handle_unique').on(table.passkeyHandle),
  ],
)

/** A connection that an account is made with, and what its provider is called. */
export type PendingConnection = {
  readonly providerId: string
  readonly providerName: string
  readonly issuer: string
  readonly subject: string
  readonly pictureUrl: string | null
  /**
   * Digest, in hex, of what the browser or app that signed up holds. None in one that an older version wrote: nobody
   * can open it.
   */
  readonly boundTo?: string
}

/**
 * One row an address; `registered` rows stand in for a sign-up with an address that has an account and never become
 * one.
 */
export const signUps = pgTable(
  'sign_ups',
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    emailKey: text().notNull(),
    handle: text().notNull(),
    displayName: text().notNull(),
    /** None where the account is to be signed in to through a provider. */
    passwordHash: text(),
    /** Who it belongs to there, once its mailbox has vouched for the address. */
    connection: jsonb().$type<PendingConnection>(),
    registered: boolean().notNull(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
  },
  (table) => [unique('sign_ups_email_key_unique').on(table.emailKey), index('sign_ups_expires_at').on(table.expiresAt)],
)

/**
 * Every handle that cannot be taken: of a user, of a sign-up until `expiresAt`, or of nobody any more (a purged user).
 * Its primary key is what decides who gets a handle.
 */
export const handles = pgTable(
  'handles',
  {
    key: text().primaryKey(),
    userId: uuid().references(() => users.id, { onDelete: 'set null' }),
    signUpId: uuid().references(() => signUps.id, { onDelete: 'cascade' }),
    expiresAt: instant(),
  },
  (table) => [
    unique('handles_user_id_unique').on(table.userId),
    unique('handles_sign_up_id_unique').on(table.signUpId),
    check('handles_holder', sql`(${table.signUpId} is null) = (${table.expiresAt} is null)`),
  ],
)

export const devices = pgTable(
  'devices',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    tokenDigest: bytea().notNull(),
    userAgent: text(),
    ipAddress: text(),
    createdAt: createdAt(),
    lastSeenAt: createdAt(),
  },
  (table) => [unique('devices_token_digest_unique').on(table.tokenDigest), index('devices_user_id').on(table.userId)],
)

export const userRoles = pgTable(
  'user_roles',
  {
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text().$type<'admin' | 'mod'>().notNull(),
    createdAt: createdAt(),
    /** For good where it is empty. */
    expiresAt: instant(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.role] })],
)

/**
 * What happened to an account. A failed login of an unknown address has no account: its metadata holds the address's
 * digest.
 */
export const securityEvents = pgTable(
  'security_events',
  {
    id: uuid().primaryKey(),
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    type: text().notNull(),
    ipAddress: text(),
    userAgent: text(),
    metadata: jsonb().$type<Record<string, string>>(),
    createdAt: createdAt(),
  },
  (table) => [
    index('security_events_user_id_created_at').on(table.userId, table.createdAt, table.id),
    index('security_events_created_at').on(table.createdAt),
  ],
)
