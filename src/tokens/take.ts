import { and, eq, isNull, sql } from 'drizzle-orm'
import { tokenDigest } from '../crypto/secret-token.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Purpose } from './issue.ts'

type Wanted = {
  readonly text: string
  readonly purpose: Purpose
  /** The address that the client believes the token was sent to, where it says one. */
  readonly addressKey?: string | undefined
}

type MailedToken = typeof mailedTokens.$inferSelect

/** Why a token was not taken, in the contract's order. */
export type TokenRefusal = 'invalid' | 'mismatch' | 'used' | 'expired'

/** Takes the token: of any number of racers one gets it [TK1]. The caller's refusal gives it back, by rolling back. */
export async function takeMailedToken(tx: Transaction, wanted: Wanted): Promise<MailedToken | TokenRefusal> {
  const digest = tokenDigest('mailed', wanted.text)
  if (digest === undefined) return 'invalid'
  const isIt = and(
    eq(mailedTokens.digest, digest),
    eq(mailedTokens.purpose, wanted.purpose),
    isNull(mailedTokens.supersededAt),
  )
  const isSentThere = wanted.addressKey === undefined ? undefined : eq(mailedTokens.addressKey, wanted.addressKey)
  const [taken] = await tx
    .update(mailedTokens)
    .set({ usedAt: sql`now()` })
    .where(and(isIt, isSentThere, isNull(mailedTokens.usedAt), sql`${mailedTokens.expiresAt} > now()`))
    .returning()
  if (taken) return taken

  const [found] = await tx.select().from(mailedTokens).where(isIt)
  if (found === undefined) return 'invalid'
  if (wanted.addressKey !== undefined && found.addressKey !== wanted.addressKey) return 'mismatch'
  return found.usedAt === null ? 'expired' : 'used'
}
