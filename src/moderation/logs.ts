import { and, asc, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Database } from '../db/database.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { type Action, actions, moderationLogs } from '../db/schema/moderation.ts'

export type { Action } from '../db/schema/moderation.ts'

export const listLogsRefusals = ['rate_limit:exceeded'] as const

type ListLogsRefusal = (typeof listLogsRefusals)[number]

type UserAction = Extract<Action, `user:${string}`>

const isOfUsers = (action: Action): action is UserAction => action.startsWith('user:')

/** What is done to users: all that moderators read of. */
export const userActions = actions.filter(isOfUsers)

type Query = {
  readonly limit: number
  /** An entry; `direction` says on which side of it the page lies. */
  readonly cursorId?: string | undefined
  readonly direction: 'Older' | 'Newer'
  readonly actorId?: string | undefined
  readonly resourceId?: string | undefined
  readonly actions?: readonly Action[] | undefined
}

type Row = typeof moderationLogs.$inferSelect

/** Entries are ordered by their time, then by their id. */
const moment = sql`(${moderationLogs.createdAt}, ${moderationLogs.id})`
const momentOf = (id: string) => sql`(select at.created_at, at.id from ${moderationLogs} at where at.id = ${id})`
const isOlder = (id: string): SQL => sql`${moment} < ${momentOf(id)}`
const isNewer = (id: string): SQL => sql`${moment} > ${momentOf(id)}`

/** One page of the log, newest first, and whether there are more entries on either side of it. */
export function listLogs(ctx: Context<ListLogsRefusal>, readBy: string, query: Query) {
  return readHeavily(ctx, { kind: 'history', owner: readBy }, (tx) => findPage(tx, query))
}

async function findPage(db: Database, { limit, cursorId, direction, ...wanted }: Query) {
  const matches = and(
    // Only the operator reads entries about providers and invitations.
    eq(moderationLogs.resourceType, 'User'),
    wanted.actorId === undefined ? undefined : eq(moderationLogs.actorId, wanted.actorId),
    wanted.resourceId === undefined ? undefined : eq(moderationLogs.resourceId, wanted.resourceId),
    wanted.actions === undefined ? undefined : inArray(moderationLogs.action, [...wanted.actions]),
  )
  const find = async (beyond: SQL | undefined, isDescending: boolean, amount: number): Promise<Row[]> => {
    const turn = isDescending ? desc : asc
    return db
      .select()
      .from(moderationLogs)
      .where(and(matches, beyond))
      .orderBy(turn(moderationLogs.createdAt), turn(moderationLogs.id))
      .limit(amount)
  }
  const isDescending = direction === 'Older' || cursorId === undefined
  const beyond = cursorId === undefined ? undefined : isDescending ? isOlder(cursorId) : isNewer(cursorId)
  const found = await find(beyond, isDescending, limit + 1)
  const page = isDescending ? found.slice(0, limit) : found.slice(0, limit).reverse()
  const [newest, oldest] = [page[0]?.id ?? cursorId, page.at(-1)?.id ?? cursorId]
  const has = async (side: typeof isOlder, id: string | undefined): Promise<boolean> =>
    id !== undefined && (await find(side(id), side === isOlder, 1)).length > 0
  return { data: page.map(present), has_newer: await has(isNewer, newest), has_older: await has(isOlder, oldest) }
}

const present = ({ id, action, actorId, resourceId, reason, metadata, createdAt }: Row) => ({
  id,
  // As only entries about users are read.
  action: action as UserAction,
  actor_id: actorId,
  resource_type: 'User' as const,
  resource_id: resourceId,
  reason,
  metadata,
  created_at: createdAt.toISOString(),
})
