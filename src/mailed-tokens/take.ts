import { and, eq, isNull, sql } from 'drizzle-orm'
import { tokenDigest } from '../crypto/secret-token.ts'
import type { Database } from '../db/database.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Purpose } from './issue.ts'

type Wanted = {
  /** The token that was posted, or the id of a token whose digits were posted. */
  readonly token: string | { readonly id: string }
  readonly purpose: Purpose
  /** The address that the client believes the token was sent to, if it says one. */
  readonly addressKey?: string | undefined
}

export type MailedToken = typeof mailedTokens.$inferSelect

/** Why a token was not taken, in the contract's order. */
type TokenRefusal = 'invalid' | 'mismatch' | 'used' | 'expired'

/** Takes the token; if several requests race for it, one gets it [TK1]. A refusal by the caller rolls this back. */
export async function takeMailedToken(tx: Transaction, wanted: Wanted): Promise<MailedToken | TokenRefusal> {
  const isIt = matching(wanted)
  if (isIt === undefined) return 'invalid'
  const isSentThere = wanted.addressKey === undefined ? undefined : eq(mailedTokens.addressKey, wanted.addressKey)
  const [taken] = await tx
    .update(mailedTokens)
    .set({ usedAt: sql`now()` })
    .where(and(isIt, isSentThere, isNull(mailedTokens.usedAt), sql`${mailedTokens.expiresAt} > now()`))
    .returning()
  if (taken) return taken
  const peeked = await peekMailedToken(tx, wanted)
  // Another request took it between the two statements.
  return typeof peeked === 'string' ? peeked : 'used'
}

/** What taking the token would give now, without taking it. */
export async function peekMailedToken(db: Database, wanted: Wanted): Promise<MailedToken | TokenRefusal> {
  const isIt = matching(wanted)
  if (isIt === undefined) return 'invalid'
  const [found] = await db
    .select({ token: mailedTokens, isExpired: sql<boolean>`${mailedTokens.expiresAt} <= now()` })
    .from(mailedTokens)
    .where(isIt)
  if (found === undefined) return 'invalid'
  if (wanted.addressKey !== undefined && found.token.addressKey !== wanted.addressKey) return 'mismatch'
  if (found.token.usedAt !== null) return 'used'
  return found.isExpired ? 'expired' : found.token
}

function matching({ token, purpose }: Wanted) {
  const isIt = typeof token === 'string' ? matchingText(token) : eq(mailedTokens.id, token.id)
  return isIt && and(isIt, eq(mailedTokens.purpose, purpose), isNull(mailedTokens.supersededAt))
}

function matchingText(text: string) {
  const digest = tokenDigest('mailed', text)
  return digest && eq(mailedTokens.digest, digest)
}
