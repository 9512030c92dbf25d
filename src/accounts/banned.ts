import { sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'

/** Whether the user of a statement is banned at this moment, by the database's clock. */
export const isBanned = sql<boolean>`(${users.bannedAt} is not null and coalesce(${users.bannedUntil} > now(), true))`
