import { sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'

/** Rows that ended are kept this long, so that a late client learns what became of its token. */
const kept = "interval '30 days'"

/** What may go, a table a line. `handles` follow their sign-ups, `mails` their tokens. */
const expired = {
  sign_ups: `expires_at < now() - interval '1 day'`,
  // Of a probe or an inquiry nobody asks what became of it.
  mails: `expires_at < now() - case kind when 'message' then ${kept} else interval '0' end`,
  mailed_tokens: `expires_at < now() - ${kept}`,
  pending_logins: `expires_at < now() - ${kept}`,
  oauth_states: `expires_at < now() - interval '1 day'`,
  oauth_sign_ups: `expires_at < now() - interval '1 day'`,
  used_id_tokens: 'expires_at < now()',
  refresh_tokens: `coalesce(rotated_at, expires_at) < now() - ${kept}`,
  refresh_families: `expires_at < now() - ${kept}`,
  // By the time that has an index: one that ended early stays longer, and no use of a session has to write an index.
  sessions: `max_expires_at < now() - ${kept}`,
  // Whoever comes back later starts anew.
  event_log: `created_at < now() - interval '7 days'`,
  rate_counters: 'resets_at < now()',
  failed_attempts: 'forgotten_at < now()',
} as const

const batchSize = 1000

/**
 * The audit's rows are not the API's to delete: a function of their owner's does it, which knows how long they are kept
 * [LG2].
 */
const sweepAudit = sql`select sweep_security_events(${batchSize}) as swept`

/**
 * Afterwards nothing is left whose time is over. In small batches, so that no statement waits for it; by `ctid`, which
 * names one row only as long as no such table is partitioned.
 */
export async function sweep(db: Database): Promise<void> {
  for (const [table, condition] of Object.entries(expired)) {
    for (;;) {
      const batch = sql.raw(
        `delete from ${table} where ctid = any (array(select ctid from ${table} where ${condition} limit ` +
          `${batchSize} for update skip locked))`,
      )
      const { rowCount } = await db.execute(batch)
      if ((rowCount ?? 0) < batchSize) break
    }
  }
  for (;;) {
    const { rows } = await db.execute<{ swept: number }>(sweepAudit)
    if ((rows[0]?.swept ?? 0) < batchSize) break
  }
}
