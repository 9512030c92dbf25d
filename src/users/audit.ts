import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { eventOutbox } from '../db/schema/events.ts'
import { securityEvents } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'

type SecurityEvent = {
  readonly type:
    | 'sign_up'
    | 'login_succeeded'
    | 'login_failed'
    | 'logout'
    | 'session_revoked'
    | 'device_added'
    | 'device_forgotten'
    | 'password_changed'
    | 'password_set'
    | 'password_reset_requested'
    | 'password_reset'
    | 'email_change_requested'
    | 'email_changed'
    | 'email_change_undone'
    | 'totp_enabled'
    | 'totp_disabled'
    | 'backup_codes_regenerated'
    | 'backup_code_used'
    | 'oauth_linked'
    | 'oauth_unlinked'
    | 'refresh_reuse_detected'
    | 'role_granted'
    | 'role_revoked'
    | 'banned'
    | 'unbanned'
    | 'data_exported'
    | 'deletion_requested'
  /** Nobody's: a failed login with an address that has no account. */
  readonly userId: string | undefined
  /** None of the operator's commands. */
  readonly client: Client | undefined
  readonly metadata?: Record<string, string>
}

/**
 * Writes one row of the account's history: in the transaction of the act, or, for a refusal, outside the one that refuses. Whoever
 * listens gets it after the commit. Gives its id.
 */
export async function audit(tx: Transaction, { type, userId, client, metadata }: SecurityEvent): Promise<string> {
  const id = randomUUIDv7()
  // Of several events of one transaction each has its moment.
  await tx.execute(sql`with event as (
    insert into ${securityEvents} (id, user_id, type, ip_address, user_agent, metadata, created_at)
    values (${id}, ${userId ?? null}, ${type}, ${client?.address ?? null}, ${client?.userAgent ?? null},
      ${metadata === undefined ? null : JSON.stringify(metadata)}::jsonb, clock_timestamp())
    returning id, user_id)
  insert into ${eventOutbox} (event_id, user_id) select id, user_id from event where user_id is not null`)
  return id
}
