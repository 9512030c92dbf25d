import { and, desc, eq, inArray, isNull, ne, not, type SQL, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { SessionKind } from '../db/schema/columns.ts'
import { sessions } from '../db/schema/sessions.ts'
import type { AccountTransaction } from './change-accounts.ts'
import { isBegunFromLive, isUnended } from './live.ts'
import type { SignedIn } from './signed-in.ts'

/** Why a session ended. Its token is answered with `user:invalid_session` whatever the reason. */
type EndReason =
  | 'logout'
  | 'displaced'
  | 'revoked'
  | 'password_changed'
  | 'password_reset'
  | 'email_changed'
  | 'taken_back'
  | 'passkey_deleted'
  | 'deleted'
  | 'banned'
  | 'role_granted'
  | 'role_revoked'
  | 'console_ended'
  | 'factor_removed'

/** Afterwards the session opens nothing; its row stays, so that its token can be told from an unknown one. */
export async function endSession(
  tx: AccountTransaction,
  { sessionId, user }: SignedIn,
  reason: EndReason,
): Promise<void> {
  tx.forget(user.id)
  const ended = await end(tx, and(eq(sessions.id, sessionId), isNull(sessions.endedAt)), reason)
  if (ended.some(({ kind }) => kind === 'console')) await endImpersonationsBy(tx, user.id)
}

type Ending = {
  readonly reason: EndReason
  readonly except?: string
  /** Ends only this one. */
  readonly only?: string
  /** Ends only sessions that this passkey opened. */
  readonly openedBy?: string
  /** Ends only sessions of this kind. */
  readonly kind?: SessionKind
}

/**
 * Afterwards the live sessions of the user that the options select are ended, and with those of the console what was
 * opened from it in the accounts of others [AD6]; gives how many there were of the user.
 */
export async function endSessions(
  tx: AccountTransaction,
  userId: string,
  { reason, except, only, openedBy, kind }: Ending,
): Promise<number> {
  tx.forget(userId)
  const ended = await end(
    tx,
    and(
      isLiveOf(userId, kind),
      except === undefined ? undefined : ne(sessions.id, except),
      only === undefined ? undefined : eq(sessions.id, only),
      openedBy === undefined ? undefined : eq(sessions.passkeyId, openedBy),
    ),
    reason,
  )
  await endImpersonationsBy(tx, userId)
  return ended.length
}

/** Afterwards there is room for one more session of this kind among the most that an account may have. */
export async function endOldest(
  tx: AccountTransaction,
  userId: string,
  { kind, most }: { readonly kind: SessionKind; readonly most: number },
): Promise<void> {
  tx.forget(userId)
  const beyond = tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(isLiveOf(userId, kind))
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .offset(most - 1)
  await end(tx, inArray(sessions.id, beyond), 'displaced')
  await endImpersonationsBy(tx, userId)
}

/** Expired sessions go on answering `session:expired`. */
const isLiveOf = (userId: string, kind: SessionKind | undefined) =>
  and(eq(sessions.userId, userId), isUnended, kind === undefined ? undefined : eq(sessions.kind, kind))

/** Ends those that the administrator began from a console session that is over, and says so to every replica [AD6]. */
async function endImpersonationsBy(tx: AccountTransaction, administratorId: string): Promise<void> {
  await end(tx, and(eq(sessions.impersonatorId, administratorId), isUnended, not(isBegunFromLive)), 'console_ended')
}

/** The history of an account says that an administrator is out of it again. */
async function end(tx: AccountTransaction, which: SQL | undefined, reason: EndReason) {
  const ended = await tx
    .update(sessions)
    .set({ endedAt: sql`now()`, endReason: reason })
    .where(which)
    .returning({ id: sessions.id, kind: sessions.kind, userId: sessions.userId })
  for (const { id, kind, userId } of ended) {
    if (kind !== 'impersonation') continue
    tx.forget(userId)
    const metadata = { session_id: id, reason }
    await audit(tx, { type: 'impersonation_ended', userId, client: undefined, metadata })
  }
  return ended
}
