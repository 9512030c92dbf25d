import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Config } from '../config.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { sessions } from '../db/schema/sessions.ts'
import { devices, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import type { AccountTransaction } from './change-accounts.ts'

type NewSession = {
  readonly userId: string
  readonly deviceId?: string | undefined
  readonly rememberMe: boolean
  readonly client: Client
}

export type OpenedSession = { readonly token: string; readonly rememberMe: boolean }

const mostSessions = 100

/**
 * Afterwards the user has one more session, under a token that nobody knew before [SE3]; beyond a hundred the oldest ends. Its
 * device was seen now. The account is locked before, or made in the same transaction, so that no session slips past a change of password
 * or address that ends them all.
 */
export async function openSession(tx: AccountTransaction, config: Config, opened: NewSession): Promise<OpenedSession> {
  const { userId, deviceId, rememberMe, client } = opened
  const token = makeToken('session')
  const idleEnd = sql`now() + make_interval(secs => ${config.sessionIdleTtlSeconds})`
  const absoluteEnd = sql`now() + make_interval(secs => ${config.sessionAbsoluteTtlSeconds})`
  const displaced = tx.$with('displaced').as(endOldest(tx, userId))
  const seen = deviceId === undefined ? [] : [tx.$with('seen').as(noteSeen(tx, deviceId))]
  const [session] = await tx
    .with(displaced, ...seen)
    .insert(sessions)
    .values({
      id: randomUUIDv7(),
      userId,
      deviceId,
      rememberMe,
      tokenDigest: token.digest,
      userAgent: client.userAgent,
      ipAddress: client.address,
      expiresAt: sql`least(${idleEnd}, ${absoluteEnd})`,
      maxExpiresAt: absoluteEnd,
    })
    .returning({ displaces: sql<boolean>`exists (select from ${displaced})` })
  if (session?.displaces) tx.forget(userId)
  return { token: token.text, rememberMe }
}

/** Lets no other sign-in, and no change of what opens the account, go on beside this transaction. */
export async function lockAccount(tx: Transaction, userId: string): Promise<void> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update')
}

function endOldest(tx: AccountTransaction, userId: string) {
  const beyond = tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNull(sessions.endedAt), sql`${sessions.expiresAt} > now()`))
    .orderBy(desc(sessions.createdAt))
    .offset(mostSessions - 1)
  return tx
    .update(sessions)
    .set({ endedAt: sql`now()`, endReason: 'displaced' })
    .where(and(eq(sessions.userId, userId), inArray(sessions.id, beyond), isNull(sessions.endedAt)))
    .returning({ id: sessions.id })
}

const noteSeen = (tx: Transaction, deviceId: string) =>
  tx.update(devices).set({ lastSeenAt: sql`now()` }).where(eq(devices.id, deviceId))
