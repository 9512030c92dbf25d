import { sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'

/** Whether the statement's user is banned now, by the database's clock. */
export const isBanned = sql<boolean>`(${users.bannedAt} is not null and coalesce(${users.bannedUntil} > now(), true))`
