import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { sessions } from '../db/schema/sessions.ts'
import type { SignedIn } from './resolve.ts'

/** The live sessions of whoever asks, newest first. */
export async function listSessions(db: Database, { sessionId, user }: SignedIn) {
  const rows = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), isNull(sessions.endedAt), sql`${sessions.expiresAt} > now()`))
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
  return rows.map(({ id, createdAt, lastSeenAt, expiresAt, maxExpiresAt, userAgent, ipAddress }) => ({
    management_id: id,
    created_at: createdAt.toISOString(),
    last_seen_at: lastSeenAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    max_expires_at: maxExpiresAt.toISOString(),
    ...(userAgent !== null && { user_agent: userAgent }),
    ...(ipAddress !== null && { ip_address: ipAddress }),
    is_current: id === sessionId,
  }))
}
