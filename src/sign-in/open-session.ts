import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { addDevice } from '../credentials/devices.ts'
import { isLive } from '../credentials/live.ts'
import type { Method } from '../credentials/methods.ts'
import { makeToken } from '../crypto/secret-token.ts'
import type { Database } from '../db/database.ts'
import { prepared } from '../db/prepared.ts'
import { sessions } from '../db/schema/sessions.ts'
import { devices } from '../db/schema/users.ts'
import type { Caller } from '../http/caller.ts'
import { countsByNow } from './factors.ts'

type NewSession = {
  readonly userId: string
  /** Null after a password alone on an unknown device, which opens a session while the device gate is off. */
  readonly deviceId: string | null
  readonly rememberMe: boolean
  /** The methods by which the user authenticated. Those that do not count yet are not stored. */
  readonly methods: readonly Method[]
  /** The passkey, if one was used. */
  readonly passkeyId?: string | undefined
  readonly client: Caller
}

export type OpenedSession = {
  readonly token: string
  readonly rememberMe: boolean
  /** Present if the client became a known device with this session. */
  readonly deviceToken?: string
}

export const mostSessions = 100

/** Of one account, besides; of more the oldest end. */
export const mostImpersonations = 10

/**
 * Afterwards the user has one more session, with a token that nobody knew before [SE3]; the oldest beyond a hundred has
 * ended. The account must be locked, or made in the same transaction, so that no session slips past a change of
 * password or address that ends them all.
 */
export async function openSession(tx: AccountTransaction, config: Config, opened: NewSession): Promise<OpenedSession> {
  const { userId, deviceId, rememberMe, methods, passkeyId, client } = opened
  const token = makeToken('session')
  const [session] = await openStatement(tx).execute({
    id: randomUUIDv7(),
    userId,
    deviceId,
    rememberMe,
    methods,
    passkeyId: passkeyId ?? null,
    tokenDigest: token.digest,
    userAgent: client.userAgent ?? null,
    ipAddress: client.address,
    idleSeconds: config.sessionIdleTtlSeconds,
    absoluteSeconds: config.sessionAbsoluteTtlSeconds,
  })
  if (session?.displaces) tx.forget(userId)
  return { token: token.text, rememberMe }
}

/**
 * The same for a client that is new to the account. From now on it is a known device, where the password alone is
 * enough.
 */
export async function openOnNewDevice(
  tx: AccountTransaction,
  config: Config,
  opened: Omit<NewSession, 'deviceId'>,
): Promise<OpenedSession & { readonly deviceToken: string }> {
  const { deviceId, deviceToken } = await addDevice(tx, opened)
  return { ...(await openSession(tx, config, { ...opened, deviceId })), deviceToken }
}

const openStatement = prepared((tx) => {
  const idleEnd = sql`now() + make_interval(secs => ${sql.placeholder('idleSeconds')})`
  const absoluteEnd = sql`now() + make_interval(secs => ${sql.placeholder('absoluteSeconds')})`
  const displaced = tx.$with('displaced').as(endOldest(tx))
  const seen = tx.$with('seen').as(noteSeen(tx))
  return tx
    .with(displaced, seen)
    .insert(sessions)
    .values({
      id: sql.placeholder('id'),
      userId: sql.placeholder('userId'),
      deviceId: sql.placeholder('deviceId'),
      rememberMe: sql.placeholder('rememberMe'),
      methods: countingMethods,
      passkeyId: sql.placeholder('passkeyId'),
      tokenDigest: sql.placeholder('tokenDigest'),
      userAgent: sql.placeholder('userAgent'),
      ipAddress: sql.placeholder('ipAddress'),
      expiresAt: sql`least(${idleEnd}, ${absoluteEnd})`,
      maxExpiresAt: absoluteEnd,
    })
    .returning({ displaces: sql<boolean>`exists (select from ${displaced})` })
    .prepare('open_session')
})

const whose = { userId: sql`${sql.placeholder('userId')}::uuid`, passkeyId: sql`${sql.placeholder('passkeyId')}::uuid` }

/** The methods that count now: codes of a new app or a new passkey do not yet [AT10]. */
const countingMethods = sql`array(select shown from unnest(${sql.placeholder('methods')}::text[]) as shown
  where ${countsByNow(sql`shown`, whose)})`

function endOldest(db: Database) {
  // A console session neither counts nor makes room.
  const isTheirs = and(eq(sessions.userId, sql.placeholder('userId')), eq(sessions.kind, 'user'))
  const beyond = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(isTheirs, isLive))
    .orderBy(desc(sessions.createdAt))
    .offset(mostSessions - 1)
  return db
    .update(sessions)
    .set({ endedAt: sql`now()`, endReason: 'displaced' })
    .where(and(isTheirs, inArray(sessions.id, beyond), isNull(sessions.endedAt)))
    .returning({ id: sessions.id })
}

const noteSeen = (db: Database) =>
  db
    .update(devices)
    .set({ lastSeenAt: sql`now()` })
    .where(eq(devices.id, sql.placeholder('deviceId')))
