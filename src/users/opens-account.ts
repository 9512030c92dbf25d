import { and, eq, gt, inArray, isNull, ne, or, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { mailedTokens } from '../db/schema/mails.ts'
import { oauthIdentities, oauthSignUps } from '../db/schema/oauth.ts'
import { refreshFamilies, sessions } from '../db/schema/sessions.ts'
import { backupCodes, pendingLogins, totpSecrets } from '../db/schema/totp.ts'
import { devices, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Removed } from '../mail/content.ts'
import { findConnections } from '../oauth/connections.ts'
import type { AccountTransaction } from '../sessions/change-accounts.ts'
import { endSessions } from '../sessions/end.ts'
import { endHeldLogins } from '../sessions/hold-login.ts'

type From = { readonly userId: string; readonly since: Date }

type WayIn = {
  readonly table: PgTable
  /** Removes what came after that moment, or everything where its owner just makes it anew; gives what the owner should hear of. */
  readonly takeBack: (tx: AccountTransaction, from: From) => Promise<readonly Removed[]>
}

/** Every table whose rows open an account, beside the password in its own, in the order in which they are taken back [AT7]. */
export const opensAccount: readonly WayIn[] = [
  { table: sessions, takeBack: endEverySession },
  { table: refreshFamilies, takeBack: endEveryFamily },
  { table: pendingLogins, takeBack: endEveryHeldLogin },
  { table: mailedTokens, takeBack: voidLinks },
  { table: devices, takeBack: forgetEveryDevice },
  { table: totpSecrets, takeBack: takeBackTotp },
  { table: backupCodes, takeBack: takeBackBackupCodes },
  { table: oauthIdentities, takeBack: takeBackConnections },
  { table: oauthSignUps, takeBack: endSignUps },
]

async function endEverySession(tx: AccountTransaction, { userId }: From): Promise<Removed[]> {
  const ended = await endSessions(tx, userId, { reason: 'taken_back' })
  return ended === 0 ? [] : [{ what: 'sessions', count: ended }]
}

/** They are dead with their sessions; this is for who looks at the rows. */
async function endEveryFamily(tx: Transaction, { userId }: From): Promise<Removed[]> {
  await tx
    .update(refreshFamilies)
    .set({ endedAt: sql`now()` })
    .where(and(eq(refreshFamilies.userId, userId), isNull(refreshFamilies.endedAt)))
  return []
}

async function endEveryHeldLogin(tx: Transaction, { userId }: From): Promise<Removed[]> {
  await endHeldLogins(tx, userId)
  return []
}

/** Undo links of changes before that moment go on: they lead further back. */
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

/** One that was on before stays. Where it replaced an older one, that one is gone for good: the mailbox alone lets its owner in. */
async function takeBackTotp(tx: Transaction, { userId, since }: From): Promise<Removed[]> {
  const wasYounger = await tx
    .update(users)
    .set({ totpEnabledAt: null })
    .where(and(eq(users.id, userId), gt(users.totpEnabledAt, since)))
    .returning({ id: users.id })
  const isOff = tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), isNull(users.totpEnabledAt)))
  // A secret that waits for its first code goes as well, whoever made it.
  await tx.delete(totpSecrets).where(inArray(totpSecrets.userId, isOff))
  if (wasYounger.length === 0) return []
  await tx.delete(backupCodes).where(eq(backupCodes.userId, userId))
  return [{ what: 'totp' }]
}

async function takeBackBackupCodes(tx: Transaction, { userId, since }: From): Promise<Removed[]> {
  const removed = await tx
    .delete(backupCodes)
    .where(and(eq(backupCodes.userId, userId), gt(backupCodes.createdAt, since)))
    .returning({ id: backupCodes.id })
  return removed.length === 0 ? [] : [{ what: 'backup_codes' }]
}

async function takeBackConnections(tx: Transaction, { userId, since }: From): Promise<Removed[]> {
  const younger = (await findConnections(tx, userId)).filter(({ createdAt }) => createdAt > since)
  for (const { id } of younger) await tx.delete(oauthIdentities).where(eq(oauthIdentities.id, id))
  return younger.map(({ slug: provider }) => ({ what: 'connection', provider }))
}

/** The request that made the account may be repeated for a minute. */
async function endSignUps(tx: Transaction, { userId }: From): Promise<Removed[]> {
  await tx.delete(oauthSignUps).where(eq(oauthSignUps.userId, userId))
  return []
}

/** Tables that name an account, and why their rows let nobody into it. */
export const opensNothing: Readonly<Record<string, string>> = {
  handles: 'what it is called',
  user_roles: 'what it may do, once somebody is in it; an administrator is told of each',
  security_events: 'its history',
  event_outbox: 'its history on the way out',
  event_log: 'its history in order',
  moderation_logs: 'what was done to it',
  files: 'its pictures',
  mails: 'the links in them are dead with their tokens',
  oauth_states: 'a link under way needs the session that asked for it',
  refresh_tokens: 'dead with their families',
}
