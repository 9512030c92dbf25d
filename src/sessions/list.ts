import { and, desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { mostConsoleSessions } from '../credentials/console-sessions.ts'
import { isLive } from '../credentials/live.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { sessionKinds } from '../db/schema/columns.ts'
import { sessions } from '../db/schema/sessions.ts'
import { mostImpersonations, mostSessions } from '../sign-in/open-session.ts'

const time = z.iso.datetime()

const listedSession = z
  .object({
    management_id: z.uuid(),
    kind: z.enum(sessionKinds).exclude(['user']).optional().meta({
      description:
        '`console`: of administration; `impersonation`: an administrator in the account; absent: an ordinary session',
    }),
    created_at: time,
    last_seen_at: time,
    expires_at: time,
    max_expires_at: time,
    user_agent: z.string().optional(),
    ip_address: z.string().optional(),
    is_current: z.boolean(),
  })
  .meta({ id: 'Session', description: 'A session of the account' })

export const sessionList = z.object({ sessions: z.array(listedSession) })

export const listSessionsRefusals = ['rate_limit:exceeded'] as const

type ListSessionsRefusal = (typeof listSessionsRefusals)[number]

/** The caller's live sessions of every kind, newest first. */
export const listSessions = (ctx: Context<ListSessionsRefusal>, signedIn: SignedIn) =>
  readHeavily(ctx, { kind: 'history', owner: signedIn.user.id }, (tx) => findSessions(tx, signedIn))

/** Whose sessions, and which of them asks, if one does. */
type Whose = { readonly sessionId?: string; readonly user: { readonly id: string } }

/** The same as part of another read. */
export async function findSessions(db: Database, { sessionId, user }: Whose) {
  const rows = await db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), isLive))
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(mostSessions + mostConsoleSessions + mostImpersonations)
  return rows.map(({ id, kind, createdAt, lastSeenAt, expiresAt, maxExpiresAt, ...client }) => ({
    management_id: id,
    ...(kind !== 'user' && { kind }),
    created_at: createdAt.toISOString(),
    last_seen_at: lastSeenAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    max_expires_at: maxExpiresAt.toISOString(),
    ...(kind !== 'impersonation' && describeClient(client)),
    is_current: id === sessionId,
  }))
}

/** Of an impersonation it would be the administrator's. */
const describeClient = ({ userAgent, ipAddress }: { userAgent: string | null; ipAddress: string | null }) => ({
  ...(userAgent !== null && { user_agent: userAgent }),
  ...(ipAddress !== null && { ip_address: ipAddress }),
})
