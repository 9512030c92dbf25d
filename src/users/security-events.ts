import { and, desc, eq, sql } from 'drizzle-orm'
import type { Database } from '../db/client.ts'
import { securityEvents } from '../db/schema/users.ts'
import type { SignedIn } from '../sessions/resolve.ts'

type Page = { readonly limit: number; readonly cursor?: string | undefined }

type Row = typeof securityEvents.$inferSelect

export const presentEvent = ({ id, type, createdAt, ipAddress, userAgent, metadata }: Row) => ({
  id,
  type,
  created_at: createdAt.toISOString(),
  ...(ipAddress !== null && { ip_address: ipAddress }),
  ...(userAgent !== null && { user_agent: userAgent }),
  ...(metadata !== null && { metadata }),
})

export const newestFirst = [desc(securityEvents.createdAt), desc(securityEvents.id)] as const

/** Older than that event of the account's own; any other is as good as none [AZ3]. */
const isBefore = (userId: string, cursor: string) => sql`(${securityEvents.createdAt}, ${securityEvents.id}) < (
  select at.created_at, at.id from ${securityEvents} at where at.id = ${cursor} and at.user_id = ${userId})`

/** What happened to the own account, newest first; the cursor is the last event of the page before. */
export async function listSecurityEvents(db: Database, { user }: SignedIn, { limit, cursor }: Page) {
  const rows = await db
    .select()
    .from(securityEvents)
    .where(and(eq(securityEvents.userId, user.id), cursor === undefined ? undefined : isBefore(user.id, cursor)))
    .orderBy(...newestFirst)
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { data: page.map(presentEvent), ...(rows.length > limit && last && { next_cursor: last.id }) }
}
