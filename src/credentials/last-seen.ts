import { inArray, sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../db/database.ts'
import { activeUsers } from '../db/schema/figures.ts'
import { sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import { describeCause } from '../errors/cause.ts'
import { consoleIdleSeconds } from './console-sessions.ts'

export type LastSeen = {
  /** How old a session's last_seen_at may become before it is written again. */
  readonly intervalSeconds: number
  note(sessionId: string): void
  flush(): Promise<void>
  close(): Promise<void>
}

const flushEveryMs = 1000
/** Its index makes each change of an account's time cost one of all its indexes, so it is written seldom. */
const userSeenEverySeconds = 3600
/** Bounds the sessions noted between two flushes. The next request of a session that was left out notes it again. */
const mostNoted = 10_000

type Deps = { readonly db: Database; readonly idleTtlSeconds: number; readonly log: FastifyBaseLogger }

/**
 * Prolongs used sessions in batches, at most once a minute each, so that a session check only reads. Notes their users
 * as seen, at most once an hour each.
 */
export function startLastSeen({ db, idleTtlSeconds, log }: Deps): LastSeen {
  let noted = new Set<string>()

  const flush = async (): Promise<void> => {
    if (noted.size === 0) return
    const ids = [...noted]
    noted = new Set()
    try {
      await prolong(db, ids, idleTtlSeconds)
    } catch (error) {
      log.warn({ cause: describeCause(error), sessions: ids.length }, 'last_seen_at could not be written')
    }
  }

  const timer = setInterval(() => void flush(), flushEveryMs)
  timer.unref()
  return {
    intervalSeconds: Math.max(1, Math.min(60, Math.floor(idleTtlSeconds / 10))),
    note: (sessionId) => {
      if (noted.size < mostNoted) noted.add(sessionId)
    },
    flush,
    close: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}

async function prolong(db: Database, ids: string[], idleTtlSeconds: number): Promise<void> {
  const idleSeconds = sql`case ${sessions.kind} when 'console' then ${consoleIdleSeconds}::int
    else ${idleTtlSeconds}::int end`
  // A session that expired or ended meanwhile stays as it is.
  const isMeant = sql`${sessions.id} = any(${sql.param(ids)}::uuid[])
    and ${sessions.endedAt} is null and ${sessions.expiresAt} > now()`
  const today = sql`date_trunc('day', now() at time zone 'UTC')`
  const firstOfDay = db.$with('first_of_day').as(
    db
      .insert(activeUsers)
      .select(
        db
          .selectDistinct({ day: sql<string>`${today}::date`.as('day'), userId: sessions.userId })
          .from(sessions)
          .where(
            sql`${isMeant} and ${sessions.kind} = 'user' and ${sessions.lastSeenAt} < ${today} at time zone 'UTC'`,
          ),
      )
      .onConflictDoNothing()
      .returning({ userId: activeUsers.userId }),
  )
  const used = await db
    .with(firstOfDay)
    .update(sessions)
    .set({
      lastSeenAt: sql`now()`,
      expiresAt: sql`least(now() + make_interval(secs => ${idleSeconds}), ${sessions.maxExpiresAt})`,
    })
    .where(isMeant)
    .returning({ userId: sessions.userId, kind: sessions.kind })
  const seen = used.flatMap(({ userId, kind }) => (kind === 'impersonation' ? [] : userId))
  if (seen.length > 0) await noteSeen(db, seen)
}

/** Accounts that something is being done to are left to the next time: who has locked one may wait for its sessions. */
async function noteSeen(db: Database, userIds: string[]): Promise<void> {
  const due = db
    .select({ id: users.id })
    .from(users)
    .where(
      sql`${users.id} = any(${sql.param(userIds)}::uuid[])
        and coalesce(${users.lastSeenAt} < now() - make_interval(secs => ${userSeenEverySeconds}), true)`,
    )
    .for('no key update', { skipLocked: true })
  await db.update(users).set({ lastSeenAt: sql`now()` }).where(inArray(users.id, due))
}
