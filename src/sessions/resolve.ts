import { eq, sql } from 'drizzle-orm'
import { tokenDigest } from '../crypto/secret-token.ts'
import type { Database } from '../db/client.ts'
import { sessions } from '../db/schema/sessions.ts'
import { userRoles, users } from '../db/schema/users.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { SessionCache } from '../ports/session-cache.ts'
import { isBanned } from '../users/banned.ts'
import { heldRoles, type Role } from '../users/roles.ts'
import type { Remembered } from './remembered.ts'
import type { SessionSources } from './sources.ts'

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

/** What a session is found by: the digest of its token, or its id. */
type Key = 'tokenDigest' | 'id'

/** The hot path: from memory, else from the cache, else by one prepared statement; all times judged by the database's clock. */
export function sessionResolver(sources: SessionSources): ResolveSession {
  const findSession = sessionFinder(sources, 'tokenDigest')
  return async (text) => {
    const digest = tokenDigest('session', text)
    if (digest === undefined) return 'user:invalid_session'
    return (await findSession(digest)).outcome
  }
}

export type FoundSession = {
  readonly outcome: SignedIn | SessionRefusal
  /** The database's time; where there is no such session, whatever time it is here. */
  readonly nowMs: number
}

/** No answer from memory or the cache is older than this: a change made past the API shows then. */
const rememberedMs = 30_000

/** Finds a session by what its holder brings; a live one is noted as used. Only what is live is remembered, so every refusal is PostgreSQL's. */
export function sessionFinder(sources: SessionSources, by: Key) {
  const { db, lastSeen, replicas, remembered, sessionCache } = sources
  const statement = lookUp(db, lastSeen.intervalSeconds, by)

  function findRemembered(key: string): FoundSession | undefined {
    const found = remembered.find(key)
    const nowMs = replicas.databaseNow()
    if (found === undefined || found.goodUntil <= nowMs) return undefined
    if (found.seenDueAt <= nowMs) {
      found.seenDueAt = nowMs + lastSeen.intervalSeconds * 1000
      lastSeen.note(found.value.sessionId)
    }
    return { outcome: found.value, nowMs }
  }

  async function findCached(cache: SessionCache, key: string): Promise<FoundSession | undefined> {
    const text = await cache.find(key)
    if (text === undefined || !replicas.isLeased()) return undefined
    const session = parseSession(text)
    const nowMs = replicas.databaseNow()
    if (session.goodUntil <= nowMs || !remembered.store(key, session)) return undefined
    if (session.seenDueAt <= nowMs) lastSeen.note(session.value.sessionId)
    return { outcome: session.value, nowMs }
  }

  async function findStored(id: Buffer | string, key: string, mayRemember: boolean): Promise<FoundSession> {
    const [row] = await statement.execute({ key: id })
    if (row === undefined) return { outcome: 'session:not_found', nowMs: Date.now() }
    const outcome = judge(row)
    if (typeof outcome !== 'string') {
      if (row.seenDueAt <= row.nowMs) lastSeen.note(outcome.sessionId)
      if (mayRemember && replicas.isLeased()) keep(key, toRemembered(row, outcome, lastSeen.intervalSeconds))
    }
    return { outcome, nowMs: row.nowMs }
  }

  function keep(key: string, session: Remembered): void {
    if (!remembered.store(key, session)) return
    const ttlMs = Math.floor(session.goodUntil - replicas.databaseNow())
    if (ttlMs > 0) sessionCache?.store(key, JSON.stringify(session), ttlMs)
  }

  return async (id: Buffer | string): Promise<FoundSession> => {
    const key = typeof id === 'string' ? id : id.toString('base64url')
    const isLeased = replicas.isLeased()
    if (isLeased) {
      const found = findRemembered(key) ?? (sessionCache && (await findCached(sessionCache, key)))
      if (found) return found
    }
    // What was read before this process had its lease may have changed unheard.
    return findStored(id, key, isLeased)
  }
}

type Row = Awaited<ReturnType<ReturnType<typeof lookUp>['execute']>>[number]

function judge({ sessionId, isFresh, deviceId, rememberMe, user, ended, expired }: Row): SignedIn | SessionRefusal {
  if (ended) return 'user:invalid_session'
  if (user === null) return 'session:invalid_user_id'
  if (expired) return 'session:expired'
  return { sessionId, isFresh, deviceId, rememberMe, user }
}

function toRemembered(row: Row, value: SignedIn, intervalSeconds: number): Remembered {
  const { nowMs, holdsUntil, seenDueAt, transaction } = row
  return {
    value,
    userId: value.user.id,
    transaction,
    goodUntil: Math.min(nowMs + rememberedMs, holdsUntil),
    seenDueAt: seenDueAt > nowMs ? seenDueAt : nowMs + intervalSeconds * 1000,
  }
}

/** JSON has no times. */
function parseSession(text: string): Remembered {
  const session = JSON.parse(text) as Remembered
  const { user } = session.value
  const bannedUntil = user.bannedUntil && new Date(user.bannedUntil)
  return {
    ...session,
    value: { ...session.value, user: { ...user, bannedUntil, createdAt: new Date(user.createdAt) } },
  }
}

const milliseconds = (time: ReturnType<typeof sql>) => sql<number>`(extract(epoch from ${time}) * 1000)::float8`

function lookUp(db: Database, intervalSeconds: number, by: Key) {
  const freshUntil = sql`${sessions.authenticatedAt} + interval '5 minutes'`
  const firstRoleEnd = sql`(select min(${userRoles.expiresAt}) from ${userRoles}
    where ${userRoles.userId} = ${users.id} and ${userRoles.expiresAt} > now())`
  // Until then all of the row stays as it is, unless somebody changes it.
  const holdsUntil = sql`least(${sessions.expiresAt}, ${firstRoleEnd},
    case when ${freshUntil} > now() then ${freshUntil} end,
    case when ${users.bannedUntil} > now() then ${users.bannedUntil} end)`
  return db
    .select({
      sessionId: sessions.id,
      isFresh: sql<boolean>`${freshUntil} > now()`,
      deviceId: sessions.deviceId,
      rememberMe: sessions.rememberMe,
      ended: sql<boolean>`${sessions.endedAt} is not null`,
      expired: sql<boolean>`${sessions.expiresAt} <= now()`,
      seenDueAt: milliseconds(sql`${sessions.lastSeenAt} + make_interval(secs => ${sql.raw(String(intervalSeconds))})`),
      nowMs: milliseconds(sql`now()`),
      holdsUntil: milliseconds(holdsUntil),
      transaction: sql<number>`pg_snapshot_xmin(pg_current_snapshot())::text::float8`,
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
