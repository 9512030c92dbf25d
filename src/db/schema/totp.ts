import { boolean, index, integer, pgTable, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { users } from './users.ts'

/**
 * One sealed secret per account; unconfirmed until `users.totp_enabled_at` is set. Each step is the last one accepted
 * for its purpose: codes of that step and of all earlier ones are spent.
 */
export const totpSecrets = pgTable(
  'totp_secrets',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    sealedSecret: bytea().notNull(),
    /** Never behind the other steps: a code accepted for any purpose is spent at login. */
    loginStep: integer().notNull().default(0),
    enableStep: integer().notNull().default(0),
    regenerateStep: integer().notNull().default(0),
    disableStep: integer().notNull().default(0),
    /**
     * The secret was set up in a session that showed two factors, or confirmed by an operator, so its codes count at
     * once [AT10].
     */
    isVouchedFor: boolean().notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [unique('totp_secrets_user_id_unique').on(table.userId)],
)

/** Keyed digests, as a code of only 41 bits could be guessed from a stolen table of plain ones. */
export const backupCodes = pgTable(
  'backup_codes',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    digest: bytea().notNull(),
    /** Id of the encryption key from which the digest's key is derived. */
    keyId: integer().notNull(),
    usedAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [index('backup_codes_user_id').on(table.userId)],
)
