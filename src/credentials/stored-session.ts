import { eq, type SQLWrapper, sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type pg from 'pg'
import { isBanned } from '../accounts/banned.ts'
import { heldRoles, type Role } from '../accounts/roles.ts'
import { pipelined } from '../db/pipelined.ts'
import { sessions } from '../db/schema/sessions.ts'
import { userRoles, users } from '../db/schema/users.ts'
import type { Method } from './methods.ts'

/** A session and its user, as PostgreSQL has them. Times are PostgreSQL's, in milliseconds since 1970. */
export type StoredSession = {
  readonly session_id: string
  readonly is_fresh: boolean
  readonly device_id: string | null
  readonly remember_me: boolean
  readonly methods: readonly Method[]
  /** Null unless it is an impersonation. */
  readonly impersonator_id: string | null
  readonly console_session_id: string | null
  readonly read_only: boolean
  readonly max_expires_at: number
  readonly ended: boolean
  readonly expired: boolean
  /** Until this time nothing in the row changes by mere passing of time. */
  readonly holds_until: number
  /** From this time on, a use of the session must be noted. */
  readonly seen_due_at: number
  readonly now_ms: number
  /** The oldest transaction that was running at the read: every change that ended before it was seen. */
  readonly transaction: number
  /** Null if the user is gone. */
  readonly user_id: string | null
  readonly email: string
  readonly handle: string
  readonly display_name: string
  readonly bio: string | null
  readonly locale: string | null
  readonly time_zone: string | null
  readonly profile_image: string | null
  readonly banner_image: string | null
  readonly has_password: boolean
  readonly totp_enabled: boolean
  readonly passkeys: number
  readonly is_banned: boolean
  readonly banned_until: Date | null
  readonly ban_reason: string | null
  readonly user_created_at: Date
  readonly roles: readonly Role[]
}

/**
 * How a session is found: `session` by its token, `console` by that of a console session, `id` by the id that an access
 * token names. Each finds sessions of its own kinds alone, so that none opens what another one is for.
 */
export type SessionKey = 'session' | 'console' | 'id'

const isOfKind = (key: SessionKey) =>
  key === 'console' ? sql`${sessions.kind} = 'console'` : sql`${sessions.kind} <> 'console'`

/**
 * Finds a session by one prepared statement. Drizzle writes the statement but does not run it, as drizzle takes as long
 * to build the row as PostgreSQL takes to find it.
 */
export function storedSessionFinder(pool: pg.Pool, by: SessionKey, intervalSeconds: number) {
  const name = `resolve_session_by_${by}`
  const { sql: text } = new PgDialect({ casing: 'snake_case' }).sqlToQuery(statement(by, intervalSeconds))
  const ask = pipelined(pool)
  return async (value: Buffer | string): Promise<StoredSession | undefined> => {
    const [stored] = await ask<StoredSession>({ name, text, values: [value] })
    return stored
  }
}

/** Of an impersonation, the end of the console session that it was begun from, if that is live; else null. */
const originEnd = sql`case when ${sessions.impersonatorId} is not null then (
  select origin.expires_at from ${sessions} origin
  where origin.id = ${sessions.consoleSessionId} and origin.ended_at is null and origin.expires_at > now()) end`

/** An impersonation ends with the console session that it was begun from [AD6]. */
const hasEnded = sql`(${sessions.endedAt} is not null
  or (${sessions.impersonatorId} is not null and ${originEnd} is null))`

/** `extract` would calculate with the slower type numeric. */
const milliseconds = (time: SQLWrapper) => sql`date_part('epoch', ${time}) * 1000`

function statement(by: SessionKey, intervalSeconds: number) {
  const freshUntil = sql`${sessions.authenticatedAt} + interval '5 minutes'`
  const firstRoleEnd = sql`(select min(${userRoles.expiresAt}) from ${userRoles}
    where ${userRoles.userId} = ${users.id} and ${userRoles.expiresAt} > now())`
  const holdsUntil = sql`least(${sessions.expiresAt}, ${firstRoleEnd},
    case when ${freshUntil} > now() then ${freshUntil} end,
    ${originEnd},
    case when ${users.bannedUntil} > now() then ${users.bannedUntil} end)`
  const seenDueAt = sql`${sessions.lastSeenAt} + make_interval(secs => ${sql.raw(String(intervalSeconds))})`
  return sql`
    select ${sessions.id} as session_id, ${freshUntil} > now() as is_fresh,
      ${sessions.deviceId}, ${sessions.rememberMe},
      ${sessions.methods}, ${sessions.impersonatorId}, ${sessions.consoleSessionId}, ${sessions.readOnly},
      ${milliseconds(sessions.maxExpiresAt)} as max_expires_at, ${hasEnded} as ended,
      ${sessions.expiresAt} <= now() as expired,
      ${milliseconds(holdsUntil)} as holds_until, ${milliseconds(seenDueAt)} as seen_due_at,
      ${milliseconds(sql`now()`)} as now_ms,
      pg_snapshot_xmin(pg_current_snapshot())::text::float8 as transaction,
      ${users.id} as user_id, ${users.email}, ${users.handle}, ${users.displayName},
      ${users.bio}, ${users.locale}, ${users.timeZone}, ${users.profileImage},
      ${users.bannerImage}, ${users.passwordHash} is not null as has_password,
      ${users.totpEnabledAt} is not null as totp_enabled, ${users.passkeys},
      ${isBanned} as is_banned, ${users.bannedUntil}, ${users.banReason}, ${users.createdAt} as user_created_at,
      ${heldRoles} as roles
    from ${sessions} left join ${users} on ${eq(users.id, sessions.userId)}
    where ${eq(by === 'id' ? sessions.id : sessions.tokenDigest, sql.placeholder('key'))} and ${isOfKind(by)}`
}
