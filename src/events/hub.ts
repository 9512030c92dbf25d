import { and, asc, eq, gt, not, sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import { isBanned } from '../accounts/banned.ts'
import { isLive } from '../credentials/live.ts'
import type { Database } from '../db/database.ts'
import type { HeavyReads } from '../db/heavy-reads.ts'
import { eventLog } from '../db/schema/events.ts'
import { sessions } from '../db/schema/sessions.ts'
import { securityEvents, users } from '../db/schema/users.ts'
import { describeCause } from '../errors/cause.ts'
import type { EventStream } from '../ports/event-stream.ts'

export type AccountEvent = {
  readonly id: string
  readonly type: string
  readonly createdAt: Date
  readonly metadata: Record<string, string> | null
}

/** A session that listens, and how it gets its events. */
export type Listener = {
  readonly userId: string
  readonly sessionId: string
  /** @returns false if the client cannot keep up: it is dropped, and resumes from the last event that it got */
  deliver(event: AccountEvent): boolean
  end(): void
}

export type EventHub = {
  /**
   * Delivers the account's events from now on, or from after the last event that the client got.
   * @returns `too many` if the account has its most listeners; else whether that event is still known, and how to stop
   */
  listen(
    listener: Listener,
    lastEventId: string | undefined,
  ): Promise<'too many' | { readonly isResumed: boolean; readonly leave: () => void }>
  /** How many listeners there are. */
  count(): number
  close(): void
}

/** A session's end or a ban takes effect within a second: this interval and the time of the statement. */
const checkEveryMs = 500
/** Reads the log this often for events that the stream did not announce. */
const lookEveryMs = 5000
const batchSize = 200
const mostPerAccount = 5

type Place = { readonly listener: Listener; position: number; isReading: boolean; isWoken: boolean; isBehind: boolean }

type Sources = { readonly db: Database; readonly heavyReads: HeavyReads }
type Deps = Sources & {
  readonly eventStream: EventStream
  readonly log: FastifyBaseLogger
}

/** Brings the events of PostgreSQL's log to all listeners of this process. The stream only says when to look. */
export function openEventHub({ db, heavyReads, eventStream, log }: Deps): EventHub {
  const places = new Map<string, Set<Place>>()
  let isSubscribed = false
  let lookedAt = performance.now()

  const all = (): Place[] => [...places.values()].flatMap((ofOne) => [...ofOne])

  const drop = (place: Place): void => {
    const ofOne = places.get(place.listener.userId)
    if (!ofOne?.delete(place)) return
    if (ofOne.size === 0) places.delete(place.listener.userId)
    place.listener.end()
  }

  /** Runs one read at a time; a wake-up during a read makes it read once more. */
  async function read(place: Place): Promise<void> {
    place.isWoken = true
    if (place.isReading) return
    place.isReading = true
    try {
      while (place.isWoken) {
        place.isWoken = false
        if (!(await deliverNew({ db, heavyReads }, place))) return drop(place)
      }
    } catch (error) {
      log.debug({ cause: describeCause(error) }, 'events cannot be read: they are looked for again')
    }
    place.isReading = false
  }

  const wake = (userId: string): void => {
    for (const place of places.get(userId) ?? []) void read(place)
  }

  async function wakeForNews(listening: readonly Place[]): Promise<void> {
    try {
      for (const userId of await findNews(db, listening)) wake(userId)
    } catch (error) {
      log.debug({ cause: describeCause(error) }, 'the log of events cannot be looked at')
    }
  }

  async function tick(): Promise<void> {
    const listening = all()
    if (listening.length === 0) return
    if (performance.now() - lookedAt > lookEveryMs) {
      lookedAt = performance.now()
      await wakeForNews(listening)
    }
    try {
      const live = await findLive(
        db,
        listening.map(({ listener }) => listener.sessionId),
      )
      for (const place of listening) if (!live.has(place.listener.sessionId)) drop(place)
    } catch (error) {
      log.debug({ cause: describeCause(error) }, 'the sessions of those who listen cannot be checked')
    }
  }
  let isTicking = false
  const timer = setInterval(async () => {
    if (isTicking) return
    isTicking = true
    await tick()
    isTicking = false
  }, checkEveryMs)
  timer.unref()

  return {
    listen: async (listener, lastEventId) => {
      if (!isSubscribed) {
        isSubscribed = true
        eventStream.subscribe(wake)
      }
      const ofOne = places.get(listener.userId) ?? new Set()
      if (ofOne.size >= mostPerAccount) return 'too many'
      const place: Place = {
        listener,
        position: Number.POSITIVE_INFINITY,
        isReading: false,
        isWoken: false,
        isBehind: false,
      }
      places.set(listener.userId, ofOne.add(place))
      try {
        const { start, isKnown } = await findStart(db, listener.userId, lastEventId)
        place.position = start
        // In its own turn, so that the caller can first tell the client whether it resumes.
        setImmediate(() => void read(place))
        return { isResumed: isKnown, leave: () => drop(place) }
      } catch (error) {
        drop(place)
        throw error
      }
    },
    count: () => all().length,
    close: () => {
      clearInterval(timer)
      for (const place of all()) drop(place)
    },
  }
}

/** The accounts that have news for one of these listeners, in one statement however many listen [AT5]. */
async function findNews(db: Database, listening: readonly Place[]): Promise<string[]> {
  const started = listening.filter(({ position }) => position !== Number.POSITIVE_INFINITY)
  const userIds = started.map(({ listener }) => listener.userId)
  const positions = started.map(({ position }) => position)
  const { rows } = await db.execute<{ user_id: string }>(sql`
    select distinct place.user_id
    from unnest(${sql.param(userIds)}::uuid[], ${sql.param(positions)}::bigint[]) as place (user_id, position)
    where exists (
      select from ${eventLog} where ${eventLog.userId} = place.user_id and ${eventLog.position} > place.position)`)
  return rows.map(({ user_id: userId }) => userId)
}

/** Says whether the listener keeps up. A listener that is far behind takes turns with others that are. */
async function deliverNew({ db, heavyReads }: Sources, place: Place): Promise<boolean> {
  const reader = { kind: 'history', owner: place.listener.userId } as const
  const events = await (place.isBehind ? heavyReads(reader, (tx) => readEvents(tx, place)) : readEvents(db, place))
  for (const { position, ...event } of events) {
    place.position = position
    if (!place.listener.deliver(event)) return false
  }
  place.isBehind = events.length === batchSize
  if (place.isBehind) place.isWoken = true
  return true
}

async function readEvents(db: Database, { listener, position }: Place) {
  if (position === Number.POSITIVE_INFINITY) return []
  return (
    db
      .select({
        position: eventLog.position,
        id: securityEvents.id,
        type: securityEvents.type,
        createdAt: securityEvents.createdAt,
        metadata: securityEvents.metadata,
      })
      .from(eventLog)
      // Both tables must say that the event is this user's [AZ7].
      .innerJoin(
        securityEvents,
        and(eq(securityEvents.id, eventLog.eventId), eq(securityEvents.userId, listener.userId)),
      )
      .where(and(eq(eventLog.userId, listener.userId), gt(eventLog.position, position)))
      .orderBy(asc(eventLog.position))
      .limit(batchSize)
  )
}

/** The position after the account's own event with this id, or else the newest position. */
async function findStart(db: Database, userId: string, lastEventId: string | undefined) {
  const known =
    lastEventId === undefined
      ? sql`null`
      : sql`(
    select ${eventLog.position} from ${eventLog}
    where ${eventLog.eventId} = ${lastEventId} and ${eventLog.userId} = ${userId})`
  const { rows } = await db.execute<{ known: string | null; newest: string }>(
    sql`select ${known} as known, (select coalesce(max(${eventLog.position}), 0) from ${eventLog}) as newest`,
  )
  const found = rows[0]?.known ?? null
  return { start: Number(found ?? rows[0]?.newest ?? 0), isKnown: found !== null }
}

/** The sessions that may still listen, by the database's clock. */
async function findLive(db: Database, sessionIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(sql`${sessions.id} = any(${sql.param([...new Set(sessionIds)])}::uuid[])`, isLive, not(isBanned)))
  return new Set(rows.map(({ id }) => id))
}
