import { boolean, index, integer, pgTable, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
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
