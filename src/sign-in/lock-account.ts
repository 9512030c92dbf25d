import { and, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { isLive } from '../credentials/live.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { prepared } from '../db/prepared.ts'
import { sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { type FactorName, factorsOn } from './factors.ts'

/** What cannot change while the lock is held. */
export type LockedAccount = {
  readonly id: string
  /** The address at which the owner is told of what happens now. */
  readonly email: string
  readonly passwordVersion: number
  readonly hasPassword: boolean
  /** The second factors that a sign-in is asked for. */
  readonly factors: readonly FactorName[]
}

/**
 * Until the transaction ends, no other sign-in to the account and no change of what opens it goes on. Returns undefined
 * if there is no such row; that of an erased account stays.
 */
export async function lockAccount(tx: Transaction, userId: string): Promise<LockedAccount | undefined> {
  const [account] = await lockStatement(tx).execute({ userId })
  return account
}

/** The same for an account whose row is locked already, and so is there. */
export async function getLocked(tx: Transaction, userId: string): Promise<LockedAccount> {
  const account = await lockAccount(tx, userId)
  if (account === undefined) throw new Error('an account is gone while its row was locked')
  return account
}

const lockStatement = prepared((tx) =>
  tx
    .select({
      id: users.id,
      email: users.email,
      passwordVersion: users.passwordVersion,
      hasPassword: sql<boolean>`${users.passwordHash} is not null`,
      factors: factorsOn,
    })
    .from(users)
    .where(eq(users.id, sql.placeholder('userId')))
    .for('no key update')
    .prepare('lock_account'),
)

/**
 * The same for users who change what opens their own account. Their session must still live, as it may have ended while
 * the request waited for a provider, a hash or this lock. It cannot end before the transaction does [AT7].
 */
export async function lockOwnAccount(
  ctx: Context<'user:invalid_session'>,
  tx: Transaction,
  { sessionId, user }: SignedIn,
): Promise<LockedAccount> {
  const account = await lockAccount(tx, user.id)
  // A second statement, because the first one sees the session as it was before the wait for the lock.
  const [live] = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, sessionId), isLive))
    .for('share')
  if (account === undefined || live === undefined) throw ctx.fault('user:invalid_session')
  return account
}
