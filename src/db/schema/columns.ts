import { sql } from 'drizzle-orm'
import { customType, timestamp } from 'drizzle-orm/pg-core'

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const instant = () => timestamp({ withTimezone: true })

/** The clock of a row is the database's, so that replicas with wrong clocks agree. */
export const createdAt = () => instant().notNull().default(sql`now()`)
