import { randomUUIDv7 } from 'node:crypto'
import { isNotNull, sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { prepared } from '../db/prepared.ts'
import { eventOutbox } from '../db/schema/events.ts'
import { securityEvents } from '../db/schema/users.ts'
import type { Caller } from '../http/caller.ts'
import type { EventType } from './all-rows.ts'

/**
 * Who did something to an account: its owner, from a client, or somebody whose client the owner does not learn of.
 */
export type Doer = Caller | 'operator' | 'administrator'

/** How an event says who did it. */
export const byDoer = (doer: Doer, metadata?: Record<string, string>): Pick<SecurityEvent, 'client' | 'metadata'> =>
  typeof doer === 'string'
    ? { client: undefined, metadata: { ...metadata, by: doer } }
    : { client: doer, ...(metadata && { metadata }) }

type SecurityEvent = {
  /** That of the act in the log of administrators, where it is one. */
  readonly id?: string
  readonly type: EventType
  /** Undefined for a failed login with an address that has no account. */
  readonly userId: string | undefined
  /** Undefined for commands of the operator. */
  readonly client: (Pick<Caller, 'address' | 'userAgent'> & Partial<Pick<Caller, 'requestId'>>) | undefined
  /** Of an act whose client the account's owner must not learn. */
  readonly requestId?: string
  readonly metadata?: Record<string, string>
}

/**
 * Writes one row of the account's history, and gives its id. It belongs in the transaction of the act; a refusal is
 * written outside the transaction that it rolls back. Listeners get the event after the commit.
 */
export async function audit(
  db: Database,
  { id = randomUUIDv7(), type, userId, client, requestId, metadata }: SecurityEvent,
): Promise<string> {
  await auditStatement(db).execute({
    id,
    userId: userId ?? null,
    type,
    ipAddress: client?.address ?? null,
    userAgent: client?.userAgent ?? null,
    requestId: client?.requestId ?? requestId ?? null,
    metadata: metadata === undefined ? null : JSON.stringify(metadata),
  })
  return id
}

const auditStatement = prepared((tx) => {
  const event = tx.$with('event').as(
    tx
      .insert(securityEvents)
      .values({
        id: sql.placeholder('id'),
        userId: sql.placeholder('userId'),
        type: sql`${sql.placeholder('type')}`,
        ipAddress: sql.placeholder('ipAddress'),
        userAgent: sql.placeholder('userAgent'),
        metadata: sql`${sql.placeholder('metadata')}::jsonb`,
        requestId: sql.placeholder('requestId'),
        // Not `now()`, so that several events of one transaction differ in time.
        createdAt: sql`clock_timestamp()`,
      })
      .returning({
        eventId: securityEvents.id,
        userId: securityEvents.userId,
        createdAt: securityEvents.createdAt,
      }),
  )
  return tx
    .with(event)
    .insert(eventOutbox)
    .select(tx.select().from(event).where(isNotNull(event.userId)))
    .prepare('audit')
})

type SameOfMany = Pick<SecurityEvent, 'type' | 'metadata'> & { readonly userIds: readonly string[] }

/** Writes the same event for many accounts in one statement, for acts that did not come over HTTP. */
export async function auditEach(db: Database, { type, userIds, metadata }: SameOfMany): Promise<void> {
  const ids = userIds.map(() => randomUUIDv7())
  await db.execute(sql`
    with event as (
      insert into security_events (id, user_id, type, metadata, created_at)
      select id, user_id, ${type}, ${JSON.stringify(metadata ?? null)}::jsonb, clock_timestamp()
      from unnest(${sql.param(ids)}::uuid[], ${sql.param([...userIds])}::uuid[]) as one (id, user_id)
      returning id, user_id, created_at
    )
    insert into event_outbox (event_id, user_id, created_at) select id, user_id, created_at from event`)
}

/**
 * What is shown of an event's metadata. The digest of an address is for finding what an address without an account did,
 * and is shown to nobody.
 */
export function shownMetadata(metadata: Readonly<Record<string, string>> | null): Record<string, string> | undefined {
  if (metadata === null) return undefined
  const { address_digest: _, ...shown } = metadata
  return shown
}
