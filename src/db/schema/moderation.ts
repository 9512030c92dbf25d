import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { createdAt } from './columns.ts'

/**
 * What moderators and administrators did to users, providers and invitations. Kept for good, and without foreign keys,
 * as entries outlive the accounts they name.
 */
export const moderationLogs = pgTable(
  'moderation_logs',
  {
    id: uuid().primaryKey(),
    action: text()
      .$type<
        | 'user:ban'
        | 'user:unban'
        | 'user:grant_role'
        | 'user:revoke_role'
        | 'user:end_sessions'
        | 'user:end_session'
        | 'user:forget_devices'
        | 'user:forget_device'
        | 'user:delete_passkey'
        | 'user:unlink'
        | 'user:reset_password'
        | 'user:reset_second_factor'
        | 'user:change_profile'
        | 'user:change_email'
        | 'user:delete'
        | 'provider:register'
        | 'provider:change'
        | 'provider:delete'
        | 'invitation:create'
        | 'invitation:resend'
        | 'invitation:revoke'
      >()
      .notNull(),
    actorId: uuid().notNull(),
    resourceType: text().$type<'User' | 'Provider' | 'Invitation'>().notNull(),
    resourceId: uuid().notNull(),
    reason: text().notNull(),
    metadata: jsonb().$type<Record<string, string>>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index('moderation_logs_created_at').on(table.createdAt, table.id),
    index('moderation_logs_resource').on(table.resourceId, table.createdAt, table.id),
    index('moderation_logs_actor').on(table.actorId, table.createdAt, table.id),
  ],
)
