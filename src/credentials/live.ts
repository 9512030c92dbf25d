import { and, isNull, sql } from 'drizzle-orm'
import { sessions } from '../db/schema/sessions.ts'

/** Of a session that opens something now, by the database's clock. */
export const isLive = and(isNull(sessions.endedAt), sql`${sessions.expiresAt} > now()`)
