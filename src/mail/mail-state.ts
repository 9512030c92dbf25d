import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { mailedTokens, mails } from '../db/schema/mails.ts'
import { users } from '../db/schema/users.ts'

/**
 * `waits`: its next attempt comes; `sent`: the mail server took it; `refused`: the mail server refused it for good;
 * `given_up`: its time was over before an attempt succeeded; `dropped`: its link was used or replaced before that.
 */
export const mailStates = ['waits', 'sent', 'refused', 'given_up', 'dropped'] as const
type MailState = (typeof mailStates)[number]

const isDead = sql`(${mailedTokens.usedAt} is not null or ${mailedTokens.supersededAt} is not null)`
const isOver = sql`${mails.expiresAt} <= now()`

/** In a statement that joins mails with their tokens. */
const state = sql<MailState>`case
  when ${mails.sentAt} is not null then 'sent'
  when ${mails.refusal} is not null then 'refused'
  when ${isDead} then 'dropped'
  when ${isOver} then case when ${mails.attempts} > 0 then 'given_up' else 'dropped' end
  when ${mails.payload} is null then 'dropped'
  else 'waits' end`

/** What may be shown of a mail: never what it says, and no token. */
const mailColumns = {
  id: mails.id,
  purpose: mailedTokens.purpose,
  state,
  userId: users.id,
  handle: users.handle,
  to: sql<string | null>`case ${mailedTokens.purpose} when 'email_undo' then ${mailedTokens.addressKey}
    else coalesce(${mailedTokens.address}, ${users.email}, ${mailedTokens.addressKey}) end`,
  attempts: mails.attempts,
  createdAt: mails.createdAt,
  expiresAt: mails.expiresAt,
  sentAt: mails.sentAt,
  refusal: mails.refusal,
}

/** Mails of people, newest first. Probes and inquiries are none. */
export const selectMails = (db: Database, those: SQL | undefined) =>
  db
    .select(mailColumns)
    .from(mails)
    .leftJoin(mailedTokens, eq(mailedTokens.id, mails.tokenId))
    .leftJoin(users, eq(users.id, sql`coalesce(${mails.userId}, ${mailedTokens.userId})`))
    .where(and(sql`${mails.kind} = 'message'`, those))
    // Ids are UUIDs of version 7, which begin with their time.
    .orderBy(desc(mails.id))

/** In `selectMails`: an attempt may still come. It names what the index `mails_unsent` is made of. */
export const isWaiting = and(
  isNull(mails.sentAt),
  isNull(mails.refusal),
  sql`${mails.payload} is not null`,
  sql`not ${isOver}`,
  sql`not coalesce(${isDead}, false)`,
)

/** In `selectMails`: nobody got it, and nobody will. */
export const isFailed = and(
  isNull(mails.sentAt),
  sql`(${mails.refusal} is not null or (${isOver} and ${mails.attempts} > 0 and not coalesce(${isDead}, false)))`,
)

type Found = Awaited<ReturnType<typeof selectMails>>[number]

/** `notice`: the mail has no link. */
export const presentMail = ({
  userId,
  handle,
  to,
  createdAt,
  expiresAt,
  sentAt,
  refusal,
  purpose,
  ...mail
}: Found) => ({
  ...mail,
  ...(to !== null && { to }),
  purpose: purpose ?? ('notice' as const),
  created_at: createdAt.toISOString(),
  expires_at: expiresAt.toISOString(),
  ...(sentAt !== null && { sent_at: sentAt.toISOString() }),
  ...(refusal !== null && { refusal }),
  ...(userId !== null && { user: { id: userId, ...(handle !== null && { handle }) } }),
})

export type ShownMail = ReturnType<typeof presentMail>
