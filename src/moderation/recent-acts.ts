import { desc, eq } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { moderationLogs } from '../db/schema/moderation.ts'
import { users } from '../db/schema/users.ts'
import { printable } from '../text/printable.ts'

const shownActs = 100

/** The latest acts of moderators and administrators, newest first, for the operator; includes acts on providers. */
export async function listRecentActs(db: Database) {
  const rows = await db
    .select({ act: moderationLogs, handle: users.handle })
    .from(moderationLogs)
    .leftJoin(users, eq(users.id, moderationLogs.actorId))
    .orderBy(desc(moderationLogs.createdAt), desc(moderationLogs.id))
    .limit(shownActs)
  return rows.map(({ act: { createdAt, action, resourceId, actorId, metadata, reason }, handle }) => ({
    at: createdAt,
    action,
    resourceId,
    actorId,
    actorHandle: handle,
    metadata,
    reason,
  }))
}

type RecentAct = Awaited<ReturnType<typeof listRecentActs>>[number]

/** Describes an act in one line. */
export function describeAct({ at, action, resourceId, actorId, actorHandle, metadata, reason }: RecentAct): string {
  const more = Object.entries(metadata).map(([name, value]) => `${name}=${value}`)
  const words = [at.toISOString(), action, resourceId, `by @${actorHandle ?? '?'} (${actorId})`, ...more, reason]
  return printable(words.join(' ').trimEnd())
}
