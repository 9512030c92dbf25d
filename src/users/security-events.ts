import { and, desc, eq, lt } from 'drizzle-orm'
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

/** What happened to the own account, newest first; the cursor is the last event of the page before. */
export async function listSecurityEvents(db: Database, { user }: SignedIn, { limit, cursor }: Page) {
  const rows = await db
    .select()
    .from(securityEvents)
    .where(and(eq(securityEvents.userId, user.id), cursor === undefined ? undefined : lt(securityEvents.id, cursor)))
    .orderBy(desc(securityEvents.id))
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { data: page.map(presentEvent), ...(rows.length > limit && last && { next_cursor: last.id }) }
}
