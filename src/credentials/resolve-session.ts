import { digestText, isToken } from '../crypto/secret-token.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { Remembered, SignedIn } from './signed-in.ts'
import type { SessionSources } from './sources.ts'
import { type SessionKey, type StoredSession, storedSessionFinder } from './stored-session.ts'

export const sessionRefusals = [
  'user:invalid_session',
  'session:not_found',
  'session:expired',
  'session:invalid_user_id',
] as const satisfies readonly ErrorCode[]

export type SessionRefusal = (typeof sessionRefusals)[number]

/** Answers without a promise if the session is in memory. */
export type ResolveSession = (text: string) => SignedIn | SessionRefusal | Promise<SignedIn | SessionRefusal>

/**
 * Finds a session in memory only, without counting it as found; gives the same object until something of it changes.
 */
export type RecallSession = (text: string) => SignedIn | undefined

/** Finds a console session. Its keys differ from those of other sessions in what all of them are remembered by. */
export function consoleResolver(sources: SessionSources): ResolveSession {
  const { recall, lookUp } = sessionFinder(sources, 'console')
  return (text) => {
    if (!isToken('console', text)) return 'user:invalid_session'
    const digest = digestText(text)
    const key = `console:${digest}`
    return recall(key)?.outcome ?? lookUp(key, Buffer.from(digest, 'base64url')).then(({ outcome }) => outcome)
  }
}

/**
 * The hot path: looks in memory, else in the cache, else in PostgreSQL by one prepared statement. All times are judged
 * by the database's clock.
 */
export function sessionResolver(sources: SessionSources) {
  const { peek, recall, lookUp } = sessionFinder(sources, 'session')
  const find = async (key: string) => (await lookUp(key, Buffer.from(key, 'base64url'))).outcome
  const resolveSession: ResolveSession = (text) => {
    const key = digestText(text)
    // A digest found in memory was a valid token once, so its checksum need not be checked again.
    const recalled = recall(key)
    if (recalled !== undefined) return recalled.outcome
    return isToken('session', text) ? find(key) : 'user:invalid_session'
  }
  const recallSession: RecallSession = (text) => peek(digestText(text))?.outcome
  return { resolveSession, recallSession }
}

type FoundSession<Outcome = SignedIn | SessionRefusal> = {
  readonly outcome: Outcome
  /** The database's time, or this process's time if there is no such session. */
  readonly nowMs: number
}

/** Longest age of an answer from memory or the cache: after it, a change made past the API shows. */
const rememberedMs = 30_000

/**
 * Finds a session by its token's digest or its id, and notes a live session as used. Only live sessions are remembered,
 * so every refusal comes from PostgreSQL.
 */
export function sessionFinder(sources: SessionSources, by: SessionKey) {
  const { pool, lastSeen, replicas, remembered, cached } = sources
  const intervalMs = lastSeen.intervalSeconds * 1000
  const findStored = storedSessionFinder(pool, by, lastSeen.intervalSeconds)

  function peek(key: string): FoundSession<SignedIn> | undefined {
    if (!replicas.isLeased()) return undefined
    const nowMs = replicas.databaseNow()
    const found = remembered.find(key)
    return found && found.goodUntil > nowMs ? { outcome: found.value, nowMs } : undefined
  }

  function recall(key: string): FoundSession<SignedIn> | undefined {
    const found = peek(key)
    if (found !== undefined) remembered.foundIn.memory += 1
    return found
  }

  async function askDatabase(key: string, value: Buffer | string, mayRemember: boolean): Promise<FoundSession> {
    const stored = await findStored(value)
    remembered.foundIn.database += 1
    if (stored === undefined) return { outcome: 'session:not_found', nowMs: Date.now() }
    const outcome = judge(stored)
    const nowMs = stored.now_ms
    if (typeof outcome === 'string') return { outcome, nowMs }
    const isDue = stored.seen_due_at <= nowMs
    if (isDue) noteUse(stored)
    // An entry ends when the session's next use must be noted, so that only this function has to note uses.
    const seenDueAt = isDue ? nowMs + intervalMs : stored.seen_due_at
    const goodUntil = Math.min(nowMs + rememberedMs, stored.holds_until, seenDueAt)
    if (mayRemember && replicas.isLeased()) keep(key, { value: outcome, transaction: stored.transaction, goodUntil })
    return { outcome, nowMs }
  }

  /** Whoever is in an account from the console is at work there, too. */
  function noteUse({ session_id: id, console_session_id: origin }: StoredSession): void {
    lastSeen.note(id)
    if (origin !== null) lastSeen.note(origin)
  }

  function keep(key: string, session: Remembered): void {
    if (!remembered.store(key, session)) return
    const ttlMs = Math.floor(session.goodUntil - replicas.databaseNow())
    if (ttlMs > 0) cached?.store(key, session, ttlMs)
  }

  async function lookUp(key: string, value: Buffer | string): Promise<FoundSession> {
    // Without a lease this process hears of no changes, so it may not keep what it reads either.
    if (!replicas.isLeased()) return askDatabase(key, value, false)
    const found = await cached?.find(key)
    const nowMs = replicas.databaseNow()
    if (found && found.goodUntil > nowMs && replicas.isLeased() && remembered.store(key, found)) {
      remembered.foundIn.cache += 1
      return { outcome: found.value, nowMs }
    }
    return askDatabase(key, value, true)
  }

  return {
    /** Finds the session in this process's memory. */
    peek,
    /** Like `peek`, and counts the session as found there. */
    recall,
    /** Looks in the shared cache, then in PostgreSQL. */
    lookUp,
  }
}

function judge(stored: StoredSession): SignedIn | SessionRefusal {
  if (stored.ended) return 'user:invalid_session'
  if (stored.user_id === null) return 'session:invalid_user_id'
  if (stored.expired) return 'session:expired'
  return {
    sessionId: stored.session_id,
    // Nobody who is in somebody else's account can prove to be its owner.
    isFresh: stored.is_fresh && stored.impersonator_id === null,
    deviceId: stored.device_id,
    rememberMe: stored.remember_me,
    methods: stored.methods,
    ...impersonationOf(stored),
    user: {
      id: stored.user_id,
      email: stored.email,
      handle: stored.handle,
      displayName: stored.display_name,
      bio: stored.bio,
      locale: stored.locale,
      timeZone: stored.time_zone,
      profileImage: stored.profile_image,
      bannerImage: stored.banner_image,
      hasPassword: stored.has_password,
      totpEnabled: stored.totp_enabled,
      passkeys: stored.passkeys,
      isBanned: stored.is_banned,
      bannedUntil: stored.banned_until,
      banReason: stored.ban_reason,
      createdAt: stored.user_created_at,
      roles: stored.roles,
    },
  }
}

const impersonationOf = ({ impersonator_id: by, read_only: readOnly, max_expires_at: until }: StoredSession) =>
  by === null ? undefined : { impersonation: { by, readOnly, until } }
