import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import { shownMetadata } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { pageOf } from '../db/keyset.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { securityEvents } from '../db/schema/users.ts'

const event = z
  .object({
    id: z.uuid(),
    type: z.string(),
    created_at: z.iso.datetime(),
    ip_address: z.string().optional(),
    user_agent: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'SecurityEvent', description: 'What happened to an account' })

export const eventPage = z.object({ data: z.array(event), next_cursor: z.string().optional() })

export const listSecurityEventsRefusals = ['rate_limit:exceeded'] as const

type ListSecurityEventsRefusal = (typeof listSecurityEventsRefusals)[number]

type Page = {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly types?: readonly string[] | undefined
}

type Row = typeof securityEvents.$inferSelect

export const presentEvent = ({ id, type, createdAt, ipAddress, userAgent, metadata }: Row) => ({
  id,
  type,
  created_at: createdAt.toISOString(),
  ...(ipAddress !== null && { ip_address: ipAddress }),
  ...(userAgent !== null && { user_agent: userAgent }),
  ...(metadata !== null && { metadata: shownMetadata(metadata) }),
})

const newestFirst = [desc(securityEvents.createdAt), desc(securityEvents.id)] as const

/** Events older than this one of the account's own. Any other event's id counts as unknown [AZ3]. */
const isBefore = (userId: string, cursor: string) => sql`(${securityEvents.createdAt}, ${securityEvents.id}) < (
  select at.created_at, at.id from ${securityEvents} at where at.id = ${cursor} and at.user_id = ${userId})`

/** Newest first; the cursor is the last event of the previous page. */
export const findEvents = (db: Database, userId: string, { limit, cursor, types }: Page): Promise<Row[]> =>
  db
    .select()
    .from(securityEvents)
    .where(
      and(
        eq(securityEvents.userId, userId),
        cursor === undefined ? undefined : isBefore(userId, cursor),
        types === undefined ? undefined : inArray(securityEvents.type, [...types]),
      ),
    )
    .orderBy(...newestFirst)
    .limit(limit)

export const listSecurityEvents = (ctx: Context<ListSecurityEventsRefusal>, { user }: SignedIn, page: Page) =>
  readEvents(ctx, { userId: user.id, readBy: user.id }, page)

type Reading = { readonly userId: string; readonly readBy: string }

/** One page of an account's history, for its owner or for an administrator. */
export async function readEvents(
  ctx: Context<ListSecurityEventsRefusal>,
  { userId, readBy }: Reading,
  { limit, ...page }: Page,
) {
  const rows = await readHeavily(ctx, { kind: 'history', owner: readBy }, (tx) =>
    findEvents(tx, userId, { ...page, limit: limit + 1 }),
  )
  return pageOf(rows, { limit, present: presentEvent, cursorOf: ({ id }) => id })
}
