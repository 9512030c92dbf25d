import { sql } from 'drizzle-orm'
import { customType, text, timestamp } from 'drizzle-orm/pg-core'

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const instant = () => timestamp({ withTimezone: true })

export const methodNames = ['password', 'totp', 'backup_code', 'mail', 'oauth', 'passkey'] as const
/** RFC 8176 defines a similar list for tokens. */
export type MethodName = (typeof methodNames)[number]

/** The methods by which the user authenticated, each once, in order. Empty in rows from before this was recorded. */
export const shownMethods = () => text().array().$type<MethodName[]>().notNull().default(sql`'{}'`)

/**
 * What a session is for. `console`: the administration alone, by a cookie of its own. `impersonation`: an administrator
 * in the account of a user.
 */
export const sessionKinds = ['user', 'console', 'impersonation'] as const
export type SessionKind = (typeof sessionKinds)[number]

/** Set by the database's clock, so that replicas with wrong clocks agree. */
export const createdAt = () => instant().notNull().default(sql`now()`)
