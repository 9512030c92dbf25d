import { and, desc, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { allRows, type EventType } from '../accounts/all-rows.ts'
import { shownMetadata } from '../accounts/history.ts'
import type { Database } from '../db/database.ts'
import { exactly, isAfter, type Place } from '../db/keyset.ts'
import { type Action, actions, moderationLogs } from '../db/schema/moderation.ts'
import { securityEvents, users } from '../db/schema/users.ts'

const eventTypes = allRows.flatMap(({ events = [] }) => events) as readonly EventType[]

/** The types of both: an act has a colon in its name, an event has none. */
export const entryTypes = [...eventTypes, ...actions] as const satisfies readonly (EventType | Action)[]

export type EntryType = EventType | Action

/** What happened to accounts, and what administrators did. */
export type AuditFilter = {
  /** The administrator who did it; then there are only acts. */
  readonly actorId?: string | undefined
  /** The account that it happened to. */
  readonly userId?: string | undefined
  readonly types?: readonly EntryType[] | undefined
  readonly from?: Date | undefined
  /** Later entries are left out, and so is one of this very moment. */
  readonly to?: Date | undefined
  /** The client's address; then there are only events, as acts have none. */
  readonly ip?: string | undefined
  readonly requestId?: string | undefined
  /** Whether acts on providers, invitations and mails are left out, as for a moderator. */
  readonly onlyOfUsers?: boolean
}

type Page = { readonly limit: number; readonly after?: Place | undefined }

export type Entry = Awaited<ReturnType<typeof findEntries>>[number]

/**
 * One page of both, newest first, in one statement. Each table gives its newest few by an index, so that neither the
 * number of entries nor the place in the list counts.
 */
export async function findEntries(db: Database, filter: AuditFilter, page: Page) {
  const parts = [eventsOf(filter, page), actsOf(filter, page)].filter((part) => part !== undefined)
  if (parts.length === 0) return []
  const entry = sql.identifier('entry')
  const { rows } = await db.execute<Row>(sql`
    select entry.*, owner.handle as user_handle, actor.handle as actor_handle
    from (select * from (${sql.join(parts, sql` union all `)}) as found
      order by at desc, id desc limit ${page.limit}) as ${entry}
    left join ${users} owner on owner.id = entry.user_id
    left join ${users} actor on actor.id = entry.actor_id
    order by at desc, entry.id desc`)
  return rows.map(({ at, ...row }) => ({ place: { at, id: row.id }, entry: present(at, row) }))
}

type Row = {
  readonly at: string
  readonly id: string
  readonly type: string
  readonly user_id: string | null
  readonly user_handle: string | null
  readonly actor_id: string | null
  readonly actor_handle: string | null
  readonly resource_type: 'User' | 'Provider' | 'Invitation' | 'Mail' | null
  readonly resource_id: string | null
  readonly reason: string | null
  readonly ip_address: string | null
  readonly user_agent: string | null
  readonly metadata: Readonly<Record<string, string>> | null
  readonly request_id: string | null
}

const present = (at: string, row: Omit<Row, 'at'>) => {
  const metadata = shownMetadata(row.metadata) ?? {}
  return {
    id: row.id,
    type: row.type,
    created_at: new Date(at).toISOString(),
    ...(row.user_id !== null && { user: named(row.user_id, row.user_handle) }),
    ...(row.actor_id !== null && { actor: named(row.actor_id, row.actor_handle) }),
    ...(row.resource_id !== null && { resource: { type: row.resource_type as string, id: row.resource_id } }),
    ...(row.reason && { reason: row.reason }),
    ...(row.ip_address !== null && { ip_address: row.ip_address }),
    ...(row.user_agent !== null && { user_agent: row.user_agent }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(row.request_id !== null && { request_id: row.request_id }),
  }
}

const named = (id: string, handle: string | null) => ({ id, ...(handle !== null && { handle }) })

/** Undefined if no event can match. */
function eventsOf(filter: AuditFilter, page: Page): SQL | undefined {
  const types = filter.types && eventTypes.filter((type) => filter.types?.includes(type))
  if (filter.actorId !== undefined || types?.length === 0) return undefined
  const { id, type, userId, ipAddress, userAgent, metadata, requestId, createdAt } = securityEvents
  const select = (ofType: SQL | undefined): SQL => sql`(
    select ${exactly(createdAt)} as at, ${id} as id, ${type} as type, ${userId} as user_id, null::uuid as actor_id,
      null as resource_type, null::uuid as resource_id, null as reason, ${ipAddress} as ip_address,
      ${userAgent} as user_agent, ${metadata} as metadata, ${requestId} as request_id
    from ${securityEvents}
    where ${and(
      sql`true`,
      // An act on an account has an event of the same id; whoever asks for no type wants to read of it once.
      ofType ?? sql`not exists (select from ${moderationLogs} act where act.id = ${id})`,
      filter.userId === undefined ? undefined : eq(userId, filter.userId),
      filter.ip === undefined ? undefined : eq(ipAddress, filter.ip),
      ...commonOf(filter, page, securityEvents),
    )}
    order by ${desc(createdAt)}, ${desc(id)} limit ${page.limit})`
  // Of each type the newest, by its index; of all of them together PostgreSQL would read every row.
  return types === undefined
    ? select(undefined)
    : sql.join(
        types.map((one) => select(eq(type, one))),
        sql` union all `,
      )
}

/** Undefined if no act can match. */
function actsOf(filter: AuditFilter, page: Page): SQL | undefined {
  const types = filter.types && actions.filter((action) => filter.types?.includes(action))
  if (filter.ip !== undefined || types?.length === 0) return undefined
  const { id, action, actorId, resourceType, resourceId, reason, metadata, requestId, createdAt } = moderationLogs
  const ofUsers = eq(resourceType, 'User')
  return sql`(
    select ${exactly(createdAt)} as at, ${id} as id, ${action} as type,
      case when ${ofUsers} then ${resourceId} end as user_id, ${actorId} as actor_id,
      case when ${ofUsers} then null else ${resourceType} end as resource_type,
      case when ${ofUsers} then null else ${resourceId} end as resource_id, ${reason} as reason,
      null as ip_address, null as user_agent, ${metadata} as metadata, ${requestId} as request_id
    from ${moderationLogs}
    where ${and(
      sql`true`,
      types && inArray(action, types),
      filter.onlyOfUsers ? ofUsers : undefined,
      filter.userId === undefined ? undefined : and(ofUsers, eq(resourceId, filter.userId)),
      filter.actorId === undefined ? undefined : eq(actorId, filter.actorId),
      ...commonOf(filter, page, moderationLogs),
    )}
    order by ${desc(createdAt)}, ${desc(id)} limit ${page.limit})`
}

type Table = Readonly<Record<'id' | 'createdAt' | 'requestId', PgColumn>>

const commonOf = ({ from, to, requestId }: AuditFilter, { after }: Page, table: Table) => [
  from && gte(table.createdAt, from),
  to && lt(table.createdAt, to),
  requestId === undefined ? undefined : eq(table.requestId, requestId),
  isAfter({ at: table.createdAt, id: table.id }, after),
]
