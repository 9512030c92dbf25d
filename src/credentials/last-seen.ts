import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../db/database.ts'
import { activeUsers } from '../db/schema/figures.ts'
import { sessions } from '../db/schema/sessions.ts'
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
/** Bounds the sessions noted between two flushes. The next request of a session that was left out notes it again. */
const mostNoted = 10_000

type Deps = { readonly db: Database; readonly idleTtlSeconds: number; readonly log: FastifyBaseLogger }

/** Prolongs used sessions in batches, at most once a minute each, so that a session check only reads. */
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
  await db
    .with(firstOfDay)
    .update(sessions)
    .set({
      lastSeenAt: sql`now()`,
      expiresAt: sql`least(now() + make_interval(secs => ${idleSeconds}), ${sessions.maxExpiresAt})`,
    })
    .where(isMeant)
}
