import { and, desc, eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { isLive } from '../credentials/live.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { sessions } from '../db/schema/sessions.ts'
import { mostSessions } from '../sign-in/open-session.ts'

export const listSessionsRefusals = ['rate_limit:exceeded'] as const

type ListSessionsRefusal = (typeof listSessionsRefusals)[number]

/** The caller's live sessions, newest first. */
export const listSessions = (ctx: Context<ListSessionsRefusal>, signedIn: SignedIn) =>
  readHeavily(ctx, { kind: 'history', owner: signedIn.user.id }, (tx) => findSessions(tx, signedIn))

/** The same as part of another read. An account can have no more sessions than this limit. */
export async function findSessions(db: Database, { sessionId, user }: SignedIn) {
  const rows = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), isLive))
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(mostSessions)
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
