import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { createdAt, instant } from './columns.ts'
import { users } from './users.ts'

/**
 * Accounts that an administrator or the operator wants somebody to make. The link is a mailed token whose `sign_up_id`
 * is the invitation. Rows are kept for 30 days after their end.
 */
export const invitations = pgTable(
  'invitations',
  {
    id: uuid().primaryKey(),
    /** As it was written by whoever invited. */
    email: text().notNull(),
    emailKey: text().notNull(),
    roles: text().array().$type<('admin' | 'mod')[]>().notNull(),
    /** Used where the person invited chooses none. */
    handle: text(),
    displayName: text(),
    locale: text(),
    message: text(),
    reason: text().notNull(),
    /** The administrator who answers for it; null for the operator. Without a key, as it outlives that account. */
    invitedBy: uuid(),
    ttlSeconds: integer().notNull(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    acceptedAt: instant(),
    revokedAt: instant(),
    /** The account that came of it. */
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
  },
  (table) => [
    index('invitations_email_key').on(table.emailKey),
    index('invitations_user_id').on(table.userId),
    index('invitations_invited_by').on(table.invitedBy),
    index('invitations_expires_at').on(table.expiresAt),
  ],
)
