import { eq, sql } from 'drizzle-orm'
import { tokenDigest } from '../crypto/secret-token.ts'
import type { Database } from '../db/client.ts'
import { sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import { isBanned } from '../users/banned.ts'
import { heldRoles, type Role } from '../users/roles.ts'
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
  /** Whether its cookies outlive the browser. */
  readonly rememberMe: boolean
  readonly user: {
    readonly id: string
    readonly email: string
    readonly handle: string
    readonly displayName: string
    readonly bio: string | null
    /** Names of its files. */
    readonly profileImage: string | null
    readonly bannerImage: string | null
    readonly hasPassword: boolean
    readonly totpEnabled: boolean
    readonly isBanned: boolean
    readonly bannedUntil: Date | null
    readonly banReason: string | null
    readonly createdAt: Date
    /** The highest first. */
    readonly roles: readonly Role[]
  }
}

export type ResolveSession = (text: string) => Promise<SignedIn | SessionRefusal>

type Deps = { readonly db: Database; readonly lastSeen: LastSeen }

/** The hot path: one prepared statement by the token's digest, all times judged by the database's clock. */
export function sessionResolver(deps: Deps): ResolveSession {
  const findSession = sessionFinder(deps, 'tokenDigest')
  return async (text) => {
    const digest = tokenDigest('session', text)
    if (digest === undefined) return 'user:invalid_session'
    return (await findSession(digest)).outcome
  }
}

export type FoundSession = {
  readonly outcome: SignedIn | SessionRefusal
  /** The database's time; where there is no such session, whatever time it is here. */
  readonly nowSeconds: number
}

/** Finds a session by what its holder brings; a live one is noted as used. */
export function sessionFinder({ db, lastSeen }: Deps, by: 'tokenDigest' | 'id') {
  const statement = lookUp(db, lastSeen.intervalSeconds, by)
  return async (key: Buffer | string): Promise<FoundSession> => {
    const [found] = await statement.execute({ key })
    if (found === undefined) return { outcome: 'session:not_found', nowSeconds: Date.now() / 1000 }
    return { outcome: judge(found, lastSeen), nowSeconds: found.nowSeconds }
  }
}

type Row = Awaited<ReturnType<ReturnType<typeof lookUp>['execute']>>[number]

function judge({ ended, expired, unseen, nowSeconds, user, ...session }: Row, lastSeen: LastSeen) {
  if (ended) return 'user:invalid_session'
  if (user === null) return 'session:invalid_user_id'
  if (expired) return 'session:expired'
  if (unseen) lastSeen.note(session.sessionId)
  return { ...session, user }
}

function lookUp(db: Database, intervalSeconds: number, by: 'tokenDigest' | 'id') {
  return db
    .select({
      sessionId: sessions.id,
      isFresh: sql<boolean>`${sessions.authenticatedAt} > now() - interval '5 minutes'`,
      deviceId: sessions.deviceId,
      rememberMe: sessions.rememberMe,
      ended: sql<boolean>`${sessions.endedAt} is not null`,
      expired: sql<boolean>`${sessions.expiresAt} <= now()`,
      unseen: sql<boolean>`${sessions.lastSeenAt} < now() - make_interval(secs => ${sql.raw(String(intervalSeconds))})`,
      nowSeconds: sql<number>`extract(epoch from now())::float8`,
      user: {
        id: users.id,
        email: users.email,
        handle: users.handle,
        displayName: users.displayName,
        bio: users.bio,
        profileImage: users.profileImage,
        bannerImage: users.bannerImage,
        hasPassword: sql<boolean>`${users.passwordHash} is not null`,
        totpEnabled: sql<boolean>`${users.totpEnabledAt} is not null`,
        isBanned,
        bannedUntil: users.bannedUntil,
        banReason: users.banReason,
        createdAt: users.createdAt,
        roles: heldRoles,
      },
    })
    .from(sessions)
    .leftJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions[by], sql.placeholder('key')))
    .prepare(`resolve_session_by_${by}`)
}
