import { eq, sql } from 'drizzle-orm'
import { tokenDigest } from '../crypto/secret-token.ts'
import type { Database } from '../db/client.ts'
import { sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { LastSeen } from './last-seen.ts'

export const sessionRefusals = [
  'user:invalid_session',
  'session:not_found',
  'session:expired',
  'session:invalid_user_id',
] as const satisfies readonly ErrorCode[]

type SessionRefusal = (typeof sessionRefusals)[number]

/** A live session and whose it is. */
export type SignedIn = {
  readonly sessionId: string
  /** Opened or re-authenticated in the last five minutes [SE10]. */
  readonly isFresh: boolean
  /** The known device that it was opened on. */
  readonly deviceId: string | null
  readonly user: {
    readonly id: string
    readonly email: string
    readonly handle: string
    readonly displayName: string
    readonly hasPassword: boolean
    readonly totpEnabled: boolean
    readonly isBanned: boolean
    readonly bannedUntil: Date | null
    readonly banReason: string | null
    readonly createdAt: Date
  }
}

export type ResolveSession = (text: string) => Promise<SignedIn | SessionRefusal>

type Deps = { readonly db: Database; readonly lastSeen: LastSeen }

/** The hot path: one prepared statement by the token's digest, all times judged by the database's clock. */
export function sessionResolver({ db, lastSeen }: Deps): ResolveSession {
  const statement = lookUp(db, lastSeen.intervalSeconds)
  return async (text) => {
    const digest = tokenDigest('session', text)
    if (digest === undefined) return 'user:invalid_session'
    const [found] = await statement.execute({ digest })
    if (found === undefined) return 'session:not_found'
    if (found.ended) return 'user:invalid_session'
    if (found.user === null) return 'session:invalid_user_id'
    if (found.expired) return 'session:expired'
    if (found.unseen) lastSeen.note(found.sessionId)
    const { sessionId, isFresh, deviceId, user } = found
    return { sessionId, isFresh, deviceId, user }
  }
}

function lookUp(db: Database, intervalSeconds: number) {
  return db
    .select({
      sessionId: sessions.id,
      isFresh: sql<boolean>`${sessions.authenticatedAt} > now() - interval '5 minutes'`,
      deviceId: sessions.deviceId,
      ended: sql<boolean>`${sessions.endedAt} is not null`,
      expired: sql<boolean>`${sessions.expiresAt} <= now()`,
      unseen: sql<boolean>`${sessions.lastSeenAt} < now() - make_interval(secs => ${sql.raw(String(intervalSeconds))})`,
      user: {
        id: users.id,
        email: users.email,
        handle: users.handle,
        displayName: users.displayName,
        hasPassword: sql<boolean>`${users.passwordHash} is not null`,
        totpEnabled: sql<boolean>`${users.totpEnabledAt} is not null`,
        isBanned: sql<boolean>`${users.bannedAt} is not null and coalesce(${users.bannedUntil} > now(), true)`,
        bannedUntil: users.bannedUntil,
        banReason: users.banReason,
        createdAt: users.createdAt,
      },
    })
    .from(sessions)
    .leftJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.tokenDigest, sql.placeholder('digest')))
    .prepare('resolve_session')
}
