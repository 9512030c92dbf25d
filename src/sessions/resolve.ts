import { digestText, isToken } from '../crypto/secret-token.ts'
import { throwFailure } from '../db/failure.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { SessionCache } from '../ports/session-cache.ts'
import type { Role } from '../users/roles.ts'
import type { Remembered } from './remembered.ts'
import type { SessionSources } from './sources.ts'

export const sessionRefusals = [
  'user:invalid_session',
  'session:not_found',
  'session:expired',
  'session:invalid_user_id',
] as const satisfies readonly ErrorCode[]

export type SessionRefusal = (typeof sessionRefusals)[number]

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

/** At once where it is remembered. */
export type ResolveSession = (text: string) => SignedIn | SessionRefusal | Promise<SignedIn | SessionRefusal>

/** What a session is found by: the digest of its token, or its id. */
type Key = 'tokenDigest' | 'id'

/** The hot path: from memory, else from the cache, else by one prepared statement; all times judged by the database's clock. */
export function sessionResolver(sources: SessionSources): ResolveSession {
  const { recall, lookUp } = sessionFinder(sources, 'tokenDigest')
  const find = async (key: string) => (await lookUp(key, Buffer.from(key, 'base64url'))).outcome
  return (text) => {
    const key = digestText(text)
    // Memory knows real ones only.
    const recalled = recall(key)
    if (recalled !== undefined) return recalled.outcome
    return isToken('session', text) ? find(key) : 'user:invalid_session'
  }
}

type FoundSession = {
  readonly outcome: SignedIn | SessionRefusal
  /** The database's time; where there is no such session, whatever time it is here. */
  readonly nowMs: number
}

/** No answer from memory or the cache is older than this: a change made past the API shows then. */
const rememberedMs = 30_000

/** Finds a session by what its holder brings; a live one is noted as used. Only what is live is remembered, so every refusal is PostgreSQL's. */
export function sessionFinder(sources: SessionSources, by: Key) {
  const { pool, lastSeen, replicas, remembered, sessionCache } = sources
  const column = by === 'id' ? 'id' : 'token_digest'
  const statement = { name: `resolve_session_by_${column}`, text: lookUpText(lastSeen.intervalSeconds, column) }

  function recall(key: string): FoundSession | undefined {
    if (!replicas.isLeased()) return undefined
    const found = remembered.find(key)
    const nowMs = replicas.databaseNow()
    if (found === undefined || found.goodUntil <= nowMs) return undefined
    remembered.foundIn.memory += 1
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
    remembered.foundIn.cache += 1
    if (session.seenDueAt <= nowMs) lastSeen.note(session.value.sessionId)
    return { outcome: session.value, nowMs }
  }

  async function findStored(key: string, value: Buffer | string, mayRemember: boolean): Promise<FoundSession> {
    const { rows } = await pool.query<Row>({ ...statement, values: [value] }).catch(throwFailure)
    remembered.foundIn.database += 1
    const [row] = rows
    if (row === undefined) return { outcome: 'session:not_found', nowMs: Date.now() }
    const outcome = judge(row)
    if (typeof outcome !== 'string') {
      if (row.seen_due_at <= row.now_ms) lastSeen.note(outcome.sessionId)
      if (mayRemember && replicas.isLeased()) keep(key, toRemembered(row, outcome, lastSeen.intervalSeconds))
    }
    return { outcome, nowMs: row.now_ms }
  }

  function keep(key: string, session: Remembered): void {
    if (!remembered.store(key, session)) return
    const ttlMs = Math.floor(session.goodUntil - replicas.databaseNow())
    if (ttlMs > 0) sessionCache?.store(key, JSON.stringify(session), ttlMs)
  }

  async function lookUp(key: string, value: Buffer | string): Promise<FoundSession> {
    // Without a lease nothing of what is read may be kept either: it may change unheard.
    if (!replicas.isLeased()) return findStored(key, value, false)
    const cached = sessionCache && (await findCached(sessionCache, key))
    return cached ?? findStored(key, value, true)
  }

  return {
    /** From this process's memory. */
    recall,
    /** From where all processes look. */
    lookUp,
  }
}

type Row = {
  readonly session_id: string
  readonly is_fresh: boolean
  readonly device_id: string | null
  readonly remember_me: boolean
  readonly ended: boolean
  readonly expired: boolean
  readonly seen_due_at: number
  readonly now_ms: number
  readonly holds_until: number
  readonly transaction: number
  readonly user_id: string | null
  readonly email: string
  readonly handle: string
  readonly display_name: string
  readonly bio: string | null
  readonly profile_image: string | null
  readonly banner_image: string | null
  readonly has_password: boolean
  readonly totp_enabled: boolean
  readonly is_banned: boolean
  readonly banned_until: Date | null
  readonly ban_reason: string | null
  readonly user_created_at: Date
  readonly roles: Role[] | null
}

function judge(row: Row): SignedIn | SessionRefusal {
  if (row.ended) return 'user:invalid_session'
  if (row.user_id === null) return 'session:invalid_user_id'
  if (row.expired) return 'session:expired'
  return {
    sessionId: row.session_id,
    isFresh: row.is_fresh,
    deviceId: row.device_id,
    rememberMe: row.remember_me,
    user: {
      id: row.user_id,
      email: row.email,
      handle: row.handle,
      displayName: row.display_name,
      bio: row.bio,
      profileImage: row.profile_image,
      bannerImage: row.banner_image,
      hasPassword: row.has_password,
      totpEnabled: row.totp_enabled,
      isBanned: row.is_banned,
      bannedUntil: row.banned_until,
      banReason: row.ban_reason,
      createdAt: row.user_created_at,
      // The highest first: `admin` comes before `mod`.
      roles: row.roles?.sort() ?? [],
    },
  }
}

function toRemembered(row: Row, value: SignedIn, intervalSeconds: number): Remembered {
  const { now_ms: nowMs, holds_until: holdsUntil, seen_due_at: seenDueAt, transaction } = row
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

/** Not `extract`, which counts in numerics. */
const milliseconds = (time: string): string => `date_part('epoch', ${time}) * 1000`

const freshUntil = "s.authenticated_at + interval '5 minutes'"
const banIsOver = 'coalesce(u.banned_until <= now(), false)'

/** By hand, as drizzle takes as long to put the row together as PostgreSQL to find it. All of the row holds until `holds_until`, unless somebody changes it. */
const lookUpText = (intervalSeconds: number, column: 'token_digest' | 'id'): string => `
  select s.id as session_id, ${freshUntil} > now() as is_fresh, s.device_id, s.remember_me,
    s.ended_at is not null as ended, s.expires_at <= now() as expired,
    ${milliseconds(`s.last_seen_at + make_interval(secs => ${intervalSeconds})`)} as seen_due_at,
    ${milliseconds('now()')} as now_ms,
    ${milliseconds(`least(s.expires_at, r.first_end, case when ${freshUntil} > now() then ${freshUntil} end,
      case when u.banned_until > now() then u.banned_until end)`)} as holds_until,
    pg_snapshot_xmin(pg_current_snapshot())::text::float8 as transaction,
    u.id as user_id, u.email, u.handle, u.display_name, u.bio, u.profile_image, u.banner_image,
    u.password_hash is not null as has_password, u.totp_enabled_at is not null as totp_enabled,
    u.banned_at is not null and not ${banIsOver} as is_banned, u.banned_until, u.ban_reason, u.created_at as user_created_at, r.roles
  from sessions s
  left join users u on u.id = s.user_id
  left join lateral (
    select array_agg(role) as roles, min(expires_at) as first_end from user_roles
    where user_id = u.id and coalesce(expires_at > now(), true)) r on true
  where s.${column} = $1`
