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
    /** The language of the mails, a BCP 47 tag; there may be no texts in it yet. */
    locale: text(),
    /** An IANA name, for the times in mails. */
    timeZone: text(),
    /** Name of a row in `files`, like `bannerImage`. */
    profileImage: text(),
    bannerImage: text(),
    passwordHash: text(),
    /** Raised by every change of the password, but not when the same password gets a new hash. */
    passwordVersion: integer().notNull().default(0),
    /** The `passwordVersion` that a sign-in last looked up among leaked passwords. */
    breachCheckedVersion: integer(),
    totpEnabledAt: instant(),
    /** The WebAuthn user handle: random, and shared by all passkeys of the account. */
    passkeyHandle: bytea(),
    /** The number of passkeys, so that session checks need not count them. */
    passkeys: integer().notNull().default(0),
    bannedAt: instant(),
    bannedUntil: instant(),
    banReason: text(),
    createdAt: createdAt(),
    /** When one of its sessions was last used, up to an hour late; null if none was since this is noted. */
    lastSeenAt: instant(),
    /** When the account was erased; only its id, handle and times are left. */
    deletedAt: instant(),
  },
  (table) => [
    unique('users_email_key_unique').on(table.emailKey),
    unique('users_passkey_handle_unique').on(table.passkeyHandle),
    // For the pages of administration: each order, and what few accounts have.
    index('users_created_at').on(table.createdAt, table.id).where(sql`${table.deletedAt} is null`),
    index('users_last_seen_at')
      .on(sql`coalesce(${table.lastSeenAt}, '-infinity')`, table.id)
      .where(sql`${table.deletedAt} is null`),
    index('users_email_key_pattern').on(table.emailKey.op('text_pattern_ops')).where(sql`${table.deletedAt} is null`),
    index('users_handle_pattern')
      .on(sql`lower(${table.handle}) text_pattern_ops`)
      .where(sql`${table.deletedAt} is null`),
    index('users_email_key_trigrams')
      .using('gin', table.emailKey.op('gin_trgm_ops'))
      .where(sql`${table.deletedAt} is null`),
    index('users_deleted').on(table.createdAt, table.id).where(sql`${table.deletedAt} is not null`),
    index('users_banned').on(table.createdAt, table.id).where(sql`${table.bannedAt} is not null`),
    index('users_with_totp').on(table.createdAt, table.id).where(sql`${table.totpEnabledAt} is not null`),
    index('users_with_passkeys').on(table.createdAt, table.id).where(sql`${table.passkeys} > 0`),
  ],
)

/** The connection with which an account will be made, and the name of its provider. */
export type PendingConnection = {
  readonly providerId: string
  readonly providerName: string
  readonly issuer: string
  readonly subject: string
  readonly pictureUrl: string | null
  /**
   * Hex digest of the secret of the browser or app that signed up. Absent in rows of older versions, whose links open
   * nothing.
   */
  readonly boundTo?: string
}

/**
 * One row per address. A `registered` row stands for a sign-up with an address that has an account, or that an account
 * may still take back; it never becomes an account.
 */
export const signUps = pgTable(
  'sign_ups',
  {
    id: uuid().primaryKey(),
    email: text().notNull(),
    emailKey: text().notNull(),
    handle: text().notNull(),
    displayName: text().notNull(),
    /** Null if a provider opens the account. */
    passwordHash: text(),
    /** Becomes the account's connection once the mailed link has confirmed the address. */
    connection: jsonb().$type<PendingConnection>(),
    registered: boolean().notNull(),
    /** The language of the person who signed up, and of the account that this becomes. */
    locale: text(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
  },
  (table) => [unique('sign_ups_email_key_unique').on(table.emailKey), index('sign_ups_expires_at').on(table.expiresAt)],
)

/**
 * Every handle that cannot be taken: a user's, a sign-up's until `expiresAt`, or a purged user's, which has no id left.
 * The primary key decides who gets a handle.
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
    /** Null if the role never expires. */
    expiresAt: instant(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.role] })],
)

/**
 * What happened to an account. A failed login with an unknown address belongs to no account; its metadata holds the
 * digest of the address.
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
    /** Of the request that did it; null in rows of older versions, and for commands of the operator. */
    requestId: text(),
    createdAt: createdAt(),
  },
  (table) => [
    index('security_events_user_id_created_at').on(table.userId, table.createdAt, table.id),
    index('security_events_created_at').on(table.createdAt),
    index('security_events_type').on(table.type, table.createdAt, table.id),
    index('security_events_ip_address')
      .on(table.ipAddress, table.createdAt, table.id)
      .where(sql`${table.ipAddress} is not null`),
    index('security_events_request_id').on(table.requestId).where(sql`${table.requestId} is not null`),
  ],
)
