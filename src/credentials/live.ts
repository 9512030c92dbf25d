import { and, isNull, or, sql } from 'drizzle-orm'
import { sessions } from '../db/schema/sessions.ts'

/** Condition for a session that has neither ended nor expired by its own row, by the database's clock. */
export const isUnended = and(isNull(sessions.endedAt), sql`${sessions.expiresAt} > now()`)

/** Condition for an impersonation: the console session that it was begun from is live, which may end by mere disuse. */
export const isBegunFromLive = sql`exists (select from ${sessions} origin
  where origin.id = ${sessions.consoleSessionId} and origin.ended_at is null and origin.expires_at > now())`

/** Condition for a session that opens something [AD6]. */
export const isLive = and(isUnended, or(isNull(sessions.impersonatorId), isBegunFromLive))
