import { bigint, boolean, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant } from './columns.ts'
import { users } from './users.ts'

/** What signs in by itself: the public halves of keys that never leave their authenticators. */
export const passkeys = pgTable(
  'passkeys',
  {
    id: uuid().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    credentialId: bytea().notNull(),
    /** As COSE writes it. */
    publicKey: bytea().notNull(),
    algorithm: integer().notNull(),
    /** The largest that was sent so far; 0 of those that do not count. */
    signCount: bigint({ mode: 'number' }).notNull(),
    /** May leave its device, as one that is synchronised does; never changes. */
    backupEligible: boolean().notNull(),
    backedUp: boolean().notNull(),
    transports: text().array().notNull(),
    /** The model of its authenticator, where that says so. */
    aaguid: uuid(),
    /** The relying party that it was made for: it answers no other. */
    rpId: text().notNull(),
    name: text().notNull(),
    /** Made by a session that had shown two factors: it is two itself at once [AT10]. */
    isVouchedFor: boolean().notNull().default(false),
    createdAt: createdAt(),
    lastUsedAt: instant(),
    /** Kept a while, so that one that was deleted is told from one that never was. */
    deletedAt: instant(),
  },
  (table) => [
    unique('passkeys_credential_id_unique').on(table.credentialId),
    index('passkeys_user_id').on(table.userId),
    index('passkeys_deleted_at').on(table.deletedAt),
  ],
)

/** Challenges that were answered; one that was not is nowhere. */
export const spentChallenges = pgTable(
  'spent_challenges',
  {
    digest: bytea().primaryKey(),
    expiresAt: instant().notNull(),
  },
  (table) => [index('spent_challenges_expires_at').on(table.expiresAt)],
)
