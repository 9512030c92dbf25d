import { and, eq, gt, isNull, ne, or, sql } from 'drizzle-orm'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { pendingLogins } from '../db/schema/pending-logins.ts'
import { sessions } from '../db/schema/sessions.ts'
import { devices } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { rooms } from './hallway.ts'
import type { From, Opening } from './opening.ts'
import type { Removed } from './removed.ts'

/**
 * Every table whose rows open an account, in the order in which they are taken back. The password is in `users` itself
 * [AT7].
 */
export const opensAccount: readonly Opening[] = [
  { table: sessions, takeBack: endEverySession },
  { table: pendingLogins, takeBack: endEveryHeldLogin },
  { table: mailedTokens, takeBack: voidLinks },
  { table: devices, takeBack: forgetEveryDevice },
  ...rooms.flatMap((room) => ('openings' in room ? room.openings : [])),
]

async function endEverySession(tx: AccountTransaction, { userId }: From): Promise<Removed[]> {
  const ended = await endSessions(tx, userId, { reason: 'taken_back' })
  return ended === 0 ? [] : [{ what: 'sessions', count: ended }]
}

async function endEveryHeldLogin(tx: Transaction, { userId }: From): Promise<Removed[]> {
  await endHeldLogins(tx, userId)
  return []
}

/** Undo links of earlier changes stay valid: they lead further back. */
async function voidLinks(tx: Transaction, { userId, since }: From): Promise<Removed[]> {
  const isDue = or(ne(mailedTokens.purpose, 'email_undo'), gt(mailedTokens.createdAt, since))
  await tx
    .update(mailedTokens)
    .set({ supersededAt: sql`now()` })
    .where(and(eq(mailedTokens.userId, userId), isDue, isNull(mailedTokens.usedAt), isNull(mailedTokens.supersededAt)))
  return []
}

async function forgetEveryDevice(tx: Transaction, { userId }: From): Promise<Removed[]> {
  const forgotten = await tx.delete(devices).where(eq(devices.userId, userId)).returning({ id: devices.id })
  return forgotten.length === 0 ? [] : [{ what: 'devices', count: forgotten.length }]
}

/** Tables that name an account but let nobody into it, and why. */
export const opensNothing: Readonly<Record<string, string>> = {
  handles: 'what it is called',
  user_roles: 'what it may do, once somebody is in it; an administrator is told of each',
  security_events: 'its history',
  event_outbox: 'its history on the way out',
  event_log: 'its history in order',
  active_users: 'that it was seen, for the count of a day',
  moderation_logs: 'what was done to it',
  files: 'its pictures',
  mails: 'the links in them are dead with their tokens',
  oauth_states: 'a link under way needs the session that asked for it',
  refresh_tokens: 'dead with their families',
  refusals: 'what it was refused',
}
