import { sql } from 'drizzle-orm'
import { customType, text, timestamp } from 'drizzle-orm/pg-core'

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const instant = () => timestamp({ withTimezone: true })

export const methodNames = ['password', 'totp', 'backup_code', 'mail', 'oauth', 'passkey'] as const
/** RFC 8176 has such a list for tokens. */
export type MethodName = (typeof methodNames)[number]

/**
 * By what somebody has shown who they are, each once, in the order in which it was shown; nothing is known of rows from
 * before this was kept.
 */
export const shownMethods = () => text().array().$type<MethodName[]>().notNull().default(sql`'{}'`)

/** The clock of a row is the database's, so that replicas with wrong clocks agree. */
export const createdAt = () => instant().notNull().default(sql`now()`)
