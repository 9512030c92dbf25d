import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import { makeToken } from '../crypto/secret-token.ts'
import type { Database } from '../db/client.ts'
import { prepared } from '../db/prepared.ts'
import { sessions } from '../db/schema/sessions.ts'
import { devices, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import { totpCounts } from '../totp/counts.ts'
import type { AccountTransaction } from './change-accounts.ts'
import { addDevice } from './devices.ts'
import { isLive } from './live.ts'
import { type Method, secondStepsInSql } from './methods.ts'
import type { SignedIn } from './signed-in.ts'

type NewSession = {
  readonly userId: string
  /** None of a password alone where there is no gate. */
  readonly deviceId: string | null
  readonly rememberMe: boolean
  /** By what its holder has shown who they are; codes that do not count yet are left out. */
  readonly methods: readonly Method[]
  readonly client: Client
}

export type OpenedSession = {
  readonly token: string
  readonly rememberMe: boolean
  /** Of a client that became a known device with it. */
  readonly deviceToken?: string
}

export const mostSessions = 100

/**
 * Afterwards the user has one more session, under a token that nobody knew before [SE3]; beyond a hundred the oldest ends. Its
 * device was seen now. The account is locked before, or made in the same transaction, so that no session slips past a change of password
 * or address that ends them all.
 */
export async function openSession(tx: AccountTransaction, config: Config, opened: NewSession): Promise<OpenedSession> {
  const { userId, deviceId, rememberMe, methods, client } = opened
  const token = makeToken('session')
  const [session] = await openStatement(tx).execute({
    id: randomUUIDv7(),
    userId,
    deviceId,
    rememberMe,
    methods,
    tokenDigest: token.digest,
    userAgent: client.userAgent ?? null,
    ipAddress: client.address,
    idleSeconds: config.sessionIdleTtlSeconds,
    absoluteSeconds: config.sessionAbsoluteTtlSeconds,
  })
  if (session?.displaces) tx.forget(userId)
  return { token: token.text, rememberMe }
}

/** The same for a client that is new to the account, and from now on a known device of it: the password alone is enough there. */
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
      tokenDigest: sql.placeholder('tokenDigest'),
      userAgent: sql.placeholder('userAgent'),
      ipAddress: sql.placeholder('ipAddress'),
      expiresAt: sql`least(${idleEnd}, ${absoluteEnd})`,
      maxExpiresAt: absoluteEnd,
    })
    .returning({ displaces: sql<boolean>`exists (select from ${displaced})` })
    .prepare('open_session')
})

/** A code of an app that does not count yet shows nothing [AT10]. */
const countingMethods = sql`array(select shown from unnest(${sql.placeholder('methods')}::text[]) as shown
  where shown <> all(${secondStepsInSql}) or ${totpCounts(sql`${sql.placeholder('userId')}::uuid`)})`

/** What stands while the lock is held. */
export type LockedAccount = {
  readonly id: string
  /** Where its owner is told of what happens now. */
  readonly email: string
  readonly passwordVersion: number
  readonly hasPassword: boolean
  readonly totpEnabled: boolean
}

/** Lets no other sign-in, and no change of what opens the account, go on beside this transaction. Gives nothing where the account is gone. */
export async function lockAccount(tx: Transaction, userId: string): Promise<LockedAccount | undefined> {
  const [account] = await lockStatement(tx).execute({ userId })
  return account
}

const lockStatement = prepared((tx) =>
  tx
    .select({
      id: users.id,
      email: users.email,
      passwordVersion: users.passwordVersion,
      hasPassword: sql<boolean>`${users.passwordHash} is not null`,
      totpEnabled: sql<boolean>`${users.totpEnabledAt} is not null`,
    })
    .from(users)
    .where(eq(users.id, sql.placeholder('userId')))
    .for('no key update')
    .prepare('lock_account'),
)

/**
 * The same for who changes what opens their own account: the session that asked must still live, as it may have ended while the request
 * waited for a provider, a hash or this very lock, and it cannot end before the transaction does [AT7].
 */
export async function lockOwnAccount(
  ctx: Context<'user:invalid_session'>,
  tx: Transaction,
  { sessionId, user }: SignedIn,
): Promise<LockedAccount> {
  const account = await lockAccount(tx, user.id)
  // A statement of its own: that of the lock sees the session as it was before the wait.
  const [live] = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, sessionId), isLive))
    .for('share')
  if (account === undefined || live === undefined) throw ctx.fault('user:invalid_session')
  return account
}

function endOldest(db: Database) {
  const isTheirs = eq(sessions.userId, sql.placeholder('userId'))
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
