import { and, desc, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { securityEvents } from '../db/schema/users.ts'

export const listSecurityEventsRefusals = ['rate_limit:exceeded'] as const

type ListSecurityEventsRefusal = (typeof listSecurityEventsRefusals)[number]

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

const newestFirst = [desc(securityEvents.createdAt), desc(securityEvents.id)] as const

/** Events older than this one of the account's own. Any other event's id counts as unknown [AZ3]. */
const isBefore = (userId: string, cursor: string) => sql`(${securityEvents.createdAt}, ${securityEvents.id}) < (
  select at.created_at, at.id from ${securityEvents} at where at.id = ${cursor} and at.user_id = ${userId})`

/** Newest first; the cursor is the last event of the previous page. */
export const findEvents = (db: Database, userId: string, { limit, cursor }: Page): Promise<Row[]> =>
  db
    .select()
    .from(securityEvents)
    .where(and(eq(securityEvents.userId, userId), cursor === undefined ? undefined : isBefore(userId, cursor)))
    .orderBy(...newestFirst)
    .limit(limit)

export async function listSecurityEvents(
  ctx: Context<ListSecurityEventsRefusal>,
  { user }: SignedIn,
  { limit, cursor }: Page,
) {
  const rows = await readHeavily(ctx, { kind: 'history', owner: user.id }, (tx) =>
    findEvents(tx, user.id, { limit: limit + 1, cursor }),
  )
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { data: page.map(presentEvent), ...(rows.length > limit && last && { next_cursor: last.id }) }
}
