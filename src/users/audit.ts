import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'drizzle-orm'
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
    | 'data_exported'
    | 'deletion_requested'
  /** Nobody's: a failed login with an address that has no account. */
  readonly userId: string | undefined
  /** None of the operator's commands. */
  readonly client: Client | undefined
  readonly metadata?: Record<string, string>
}

/** Writes one row of the account's history: in the transaction of the act, or, for a refusal, outside the one that refuses. */
export async function audit(tx: Transaction, { type, userId, client, metadata }: SecurityEvent): Promise<void> {
  await tx.insert(securityEvents).values({
    id: randomUUIDv7(),
    userId,
    type,
    ipAddress: client?.address,
    userAgent: client?.userAgent,
    metadata,
    // Of several events of one transaction each has its moment.
    createdAt: sql`clock_timestamp()`,
  })
}
