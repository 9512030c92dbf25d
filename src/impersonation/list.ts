import { and, desc, eq, isNotNull, lt } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { isLive } from '../credentials/live.ts'
import type { Database } from '../db/database.ts'
import { pageOf } from '../db/keyset.ts'
import { sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'

type Page = { readonly limit: number; readonly cursor?: string | undefined }

/** Who is in whose account now, or has a link that would let them in; one page, newest first. */
export async function listImpersonations(db: Database, { limit, cursor }: Page) {
  const administrators = alias(users, 'administrators')
  const found = await db
    .select({ session: sessions, handle: users.handle, byHandle: administrators.handle })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(administrators, eq(administrators.id, sessions.impersonatorId))
    // Their index has them alone.
    .where(and(isNotNull(sessions.impersonatorId), isLive, cursor === undefined ? undefined : lt(sessions.id, cursor)))
    // Ids are UUIDs of version 7, which begin with their time.
    .orderBy(desc(sessions.id))
    .limit(limit + 1)
  return pageOf(found, { limit, present, cursorOf: ({ session: { id } }) => id })
}

type Found = {
  readonly session: typeof sessions.$inferSelect
  readonly handle: string
  readonly byHandle: string
}

const present = ({ session, handle, byHandle }: Found) => ({
  id: session.id,
  user: { id: session.userId, handle },
  impersonator: { id: String(session.impersonatorId), handle: byHandle },
  read_only: session.readOnly,
  created_at: session.createdAt.toISOString(),
  // Known from the moment that the link was used.
  is_entered: session.ipAddress !== null,
  last_seen_at: session.lastSeenAt.toISOString(),
  ends_at: session.maxExpiresAt.toISOString(),
  ...(session.ipAddress !== null && { ip_address: session.ipAddress }),
  ...(session.userAgent !== null && { user_agent: session.userAgent }),
})
