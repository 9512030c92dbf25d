import { and, eq, isNull, ne, sql } from 'drizzle-orm'
import type { SessionKind } from '../db/schema/columns.ts'
import { sessions } from '../db/schema/sessions.ts'
import type { AccountTransaction } from './change-accounts.ts'
import { isLive } from './live.ts'
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
  | 'role_revoked'

const ended = (reason: EndReason) => ({ endedAt: sql`now()`, endReason: reason })

/** Afterwards the session opens nothing; its row stays, so that its token can be told from an unknown one. */
export async function endSession(
  tx: AccountTransaction,
  { sessionId, user }: SignedIn,
  reason: EndReason,
): Promise<void> {
  tx.forget(user.id)
  await tx
    .update(sessions)
    .set(ended(reason))
    .where(and(eq(sessions.id, sessionId), isNull(sessions.endedAt)))
}

type Ending = {
  readonly reason: EndReason
  readonly except?: string
  /** Ends only sessions that this passkey opened. */
  readonly openedBy?: string
  /** Ends only sessions of this kind. */
  readonly kind?: SessionKind
}

/** Afterwards the live sessions of the user that the options select are ended; gives how many there were. */
export async function endSessions(
  tx: AccountTransaction,
  userId: string,
  { reason, except, openedBy, kind }: Ending,
): Promise<number> {
  tx.forget(userId)
  const live = await tx
    .update(sessions)
    .set(ended(reason))
    .where(
      and(
        eq(sessions.userId, userId),
        // Expired sessions go on answering `session:expired`.
        isLive,
        except === undefined ? undefined : ne(sessions.id, except),
        openedBy === undefined ? undefined : eq(sessions.passkeyId, openedBy),
        kind === undefined ? undefined : eq(sessions.kind, kind),
      ),
    )
    .returning({ id: sessions.id })
  return live.length
}
