import { and, isNull, or, sql } from 'drizzle-orm'
import { tokenDigest } from '../crypto/secret-token.ts'
import type { Database } from '../db/database.ts'
import { prepared } from '../db/prepared.ts'
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
  const values = placeholdersOf(wanted)
  if (values === undefined) return 'invalid'
  const [taken] = await takeStatement(tx).execute(values)
  if (taken) return taken
  const peeked = await peekMailedToken(tx, wanted)
  // Another request took it between the two statements.
  return typeof peeked === 'string' ? peeked : 'used'
}

/** What taking the token would give now, without taking it. */
export async function peekMailedToken(db: Database, wanted: Wanted): Promise<MailedToken | TokenRefusal> {
  const values = placeholdersOf(wanted)
  if (values === undefined) return 'invalid'
  const [found] = await peekStatement(db).execute(values)
  if (found === undefined) return 'invalid'
  if (wanted.addressKey !== undefined && found.token.addressKey !== wanted.addressKey) return 'mismatch'
  if (found.token.usedAt !== null) return 'used'
  return found.isExpired ? 'expired' : found.token
}

function placeholdersOf({ token, purpose, addressKey }: Wanted) {
  const values = { id: null, digest: null, purpose, addressKey: addressKey ?? null }
  if (typeof token !== 'string') return { ...values, id: token.id }
  const digest = tokenDigest('mailed', token)
  return digest && { ...values, digest }
}

const isIt = and(
  or(
    sql`${mailedTokens.id} = ${sql.placeholder('id')}::uuid`,
    sql`${mailedTokens.digest} = ${sql.placeholder('digest')}::bytea`,
  ),
  sql`${mailedTokens.purpose} = ${sql.placeholder('purpose')}`,
  isNull(mailedTokens.supersededAt),
)

const takeStatement = prepared((tx) => {
  const addressKey = sql`${sql.placeholder('addressKey')}::text`
  const isSentThere = sql`(${addressKey} is null or ${mailedTokens.addressKey} = ${addressKey})`
  return tx
    .update(mailedTokens)
    .set({ usedAt: sql`now()` })
    .where(and(isIt, isSentThere, isNull(mailedTokens.usedAt), sql`${mailedTokens.expiresAt} > now()`))
    .returning()
    .prepare('take_mailed_token')
})

const peekStatement = prepared((db) =>
  db
    .select({ token: mailedTokens, isExpired: sql<boolean>`${mailedTokens.expiresAt} <= now()` })
    .from(mailedTokens)
    .where(isIt)
    .prepare('peek_mailed_token'),
)
