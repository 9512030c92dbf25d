import { boolean, index, integer, pgTable, smallint, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant, shownMethods } from './columns.ts'
import { users } from './users.ts'

/**
 * One secret an account, sealed; unconfirmed until `users.totp_enabled_at` is set. A step is the last one that was
 * accepted for its purpose: it and all before it are spent.
 */
export const totpSecrets = pgTable(
  'totp_secrets',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    sealedSecret: bytea().notNull(),
    /** Never behind the others: what any purpose accepted is spent at login. */
    loginStep: integer().notNull().default(0),
    enableStep: integer().notNull().default(0),
    regenerateStep: integer().notNull().default(0),
    disableStep: integer().notNull().default(0),
    /** Set up by a session that showed two factors, or confirmed by an operator: its codes count at once [AT10]. */
    isVouchedFor: boolean().notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [unique('totp_secrets_user_id_unique').on(table.userId)],
)

/** Keyed digests; 41 bits alone would be guessed from a stolen table. */
export const backupCodes = pgTable(
  'backup_codes',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    digest: bytea().notNull(),
    /** The encryption key from which the digest's key is derived. */
    keyId: integer().notNull(),
    usedAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [index('backup_codes_user_id').on(table.userId)],
)

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
