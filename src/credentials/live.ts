import { and, isNull, sql } from 'drizzle-orm'
import { sessions } from '../db/schema/sessions.ts'

/** Condition for a session that has neither ended nor expired, by the database's clock. */
export const isLive = and(isNull(sessions.endedAt), sql`${sessions.expiresAt} > now()`)
