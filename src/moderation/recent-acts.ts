import { desc, eq } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { moderationLogs } from '../db/schema/moderation.ts'
import { users } from '../db/schema/users.ts'
import { printable } from '../text/printable.ts'

const shownActs = 100

/**
 * What moderators and administrators did of late, newest first, a line each, for the operator: also what is not of
 * users.
 */
export async function describeRecentActs(db: Database): Promise<string[]> {
  const rows = await db
    .select({ act: moderationLogs, handle: users.handle })
    .from(moderationLogs)
    .leftJoin(users, eq(users.id, moderationLogs.actorId))
    .orderBy(desc(moderationLogs.createdAt), desc(moderationLogs.id))
    .limit(shownActs)
  return rows.map(({ act, handle }) => {
    const { createdAt, action, actorId, resourceId, metadata, reason } = act
    const more = Object.entries(metadata).map(([name, value]) => `${name}=${value}`)
    const words = [createdAt.toISOString(), action, resourceId, `by @${handle ?? '?'} (${actorId})`, ...more, reason]
    return printable(words.join(' ').trimEnd())
  })
}
