import { sql } from 'drizzle-orm'
import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { createdAt } from './columns.ts'

export const actions = [
  'user:ban',
  'user:unban',
  'user:grant_role',
  'user:revoke_role',
  'user:end_sessions',
  'user:end_session',
  'user:forget_devices',
  'user:forget_device',
  'user:delete_passkey',
  'user:unlink',
  'user:reset_password',
  'user:reset_second_factor',
  'user:change_profile',
  'user:change_email',
  'user:delete',
  'user:export',
  'user:impersonate',
  'user:end_impersonation',
  'provider:register',
  'provider:change',
  'provider:delete',
  'invitation:create',
  'invitation:resend',
  'invitation:revoke',
  'mail:retry',
] as const

export type Action = (typeof actions)[number]

/**
 * What moderators and administrators did to users, providers, invitations and mails. Kept for good, and without foreign
 * keys, as entries outlive the accounts they name.
 */
export const moderationLogs = pgTable(
  'moderation_logs',
  {
    id: uuid().primaryKey(),
    action: text().$type<Action>().notNull(),
    actorId: uuid().notNull(),
    resourceType: text().$type<'User' | 'Provider' | 'Invitation' | 'Mail'>().notNull(),
    resourceId: uuid().notNull(),
    reason: text().notNull(),
    metadata: jsonb().$type<Record<string, string>>().notNull(),
    /** Of the request that did it; null in rows of older versions. */
    requestId: text(),
    createdAt: createdAt(),
  },
  (table) => [
    index('moderation_logs_created_at').on(table.createdAt, table.id),
    index('moderation_logs_resource').on(table.resourceId, table.createdAt, table.id),
    index('moderation_logs_request_id').on(table.requestId).where(sql`${table.requestId} is not null`),
    index('moderation_logs_actor').on(table.actorId, table.createdAt, table.id),
  ],
)
