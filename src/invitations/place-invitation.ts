import { randomUUIDv7 } from 'node:crypto'
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Role } from '../accounts/roles.ts'
import type { Database } from '../db/database.ts'
import { invitations } from '../db/schema/invitations.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { type MailDeps, queueMail } from '../mail/outbox.ts'
import { issueMailedToken } from '../mailed-tokens/issue.ts'
import { isKept } from '../mailed-tokens/kept-address.ts'
import { mailedLink } from '../mailed-tokens/link.ts'
import { emailKey } from '../text/email.ts'
import { endInvitation, type Invitation } from './end-invitation.ts'

export const daySeconds = 86_400
export const usualTtlSeconds = 7 * daySeconds
export const longestTtlSeconds = 30 * daySeconds

export type InvitationWish = {
  readonly email: string
  readonly roles: readonly Role[]
  readonly handle: string | undefined
  readonly displayName: string | undefined
  /** The language of the mail and of the account. */
  readonly locale: string | undefined
  readonly message: string | undefined
  readonly ttlSeconds: number
  readonly reason: string
}

/**
 * Afterwards this is the only open invitation of the address; an earlier one is revoked. Its mail is still to be
 * queued. Returns undefined if an account has the address, or may take it back.
 */
export async function placeInvitation(
  tx: Transaction,
  wish: InvitationWish,
  invitedBy: string | null,
): Promise<Invitation | undefined> {
  const key = emailKey(wish.email)
  // Of several for one address at once, each ends the one before.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`invitations of ${key}`}, 0))`)
  if (await isTaken(tx, key)) return undefined
  const isEarlier = and(eq(invitations.emailKey, key), isNull(invitations.acceptedAt), isNull(invitations.revokedAt))
  for (const { id } of await tx.select({ id: invitations.id }).from(invitations).where(isEarlier))
    await endInvitation(tx, id)
  const [placed] = await tx
    .insert(invitations)
    .values({
      ...wish,
      id: randomUUIDv7(),
      emailKey: key,
      roles: [...new Set(wish.roles)],
      invitedBy,
      expiresAt: sql`now() + make_interval(secs => ${wish.ttlSeconds})`,
    })
    .returning()
  return placed
}

/** Whether an account has the address, or may take it back. */
export async function isTaken(db: Database, addressKey: string): Promise<boolean> {
  const [owner] = await db.select({ id: users.id }).from(users).where(eq(users.emailKey, addressKey))
  return owner !== undefined || isKept(db, addressKey)
}

type Sender = {
  /** The handle of the administrator who invites; undefined for the operator. */
  readonly by: string | undefined
  readonly client?: Pick<Caller, 'address' | 'language'>
}

/** Afterwards a link of the invitation is queued, which works until its end. */
export async function mailInvitation(
  tx: Transaction,
  deps: MailDeps,
  invitation: Invitation,
  { by, client }: Sender,
): Promise<string> {
  const { id: signUpId, email, emailKey: addressKey, ttlSeconds, message, locale, expiresAt } = invitation
  const token = await issueMailedToken(tx, { purpose: 'invitation', signUpId, addressKey, ttlSeconds })
  return queueMail(tx, deps, {
    content: {
      template: 'invitation',
      to: email,
      by,
      ...(message !== null && { message }),
      link: mailedLink(deps.config, 'accept-invitation', token.text),
      until: expiresAt.toISOString(),
    },
    tokenId: token.id,
    ttlSeconds,
    locale: locale ?? client?.language ?? null,
    ...(client && { client }),
  })
}
