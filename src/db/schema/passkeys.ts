import { bigint, boolean, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { users } from './users.ts'

/** Public keys of passkeys; the private halves never leave their authenticators. */
export const passkeys = pgTable(
  'passkeys',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    credentialId: bytea().notNull(),
    /** In COSE format. */
    publicKey: bytea().notNull(),
    algorithm: integer().notNull(),
    /** The largest counter sent so far; 0 if the authenticator does not count. */
    signCount: bigint({ mode: 'number' }).notNull(),
    /** Whether the passkey may leave its device, as a synchronised one does. Never changes. */
    backupEligible: boolean().notNull(),
    backedUp: boolean().notNull(),
    transports: text().array().notNull(),
    /** The model of the authenticator, if it says so. */
    aaguid: uuid(),
    /** The relying party that the passkey was made for; it works with no other. */
    rpId: text().notNull(),
    name: text().notNull(),
    /** Made in a session that had shown two factors, so the passkey counts as two at once [AT10]. */
    isVouchedFor: boolean().notNull().default(false),
    createdAt: createdAt(),
    lastUsedAt: instant(),
    /** Deleted rows are kept for a while, to tell a deleted passkey from an unknown one. */
    deletedAt: instant(),
  },
  (table) => [
    unique('passkeys_credential_id_unique').on(table.credentialId),
    index('passkeys_user_id').on(table.userId),
    index('passkeys_deleted_at').on(table.deletedAt),
  ],
)

/** Challenges that have been answered. Unanswered ones are not stored anywhere. */
export const spentChallenges = pgTable(
  'spent_challenges',
  {
    digest: bytea().primaryKey(),
    expiresAt: instant().notNull(),
  },
  (table) => [index('spent_challenges_expires_at').on(table.expiresAt)],
)
