import { and, eq, isNull, type Placeholder, sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { mailedTokens } from '../db/schema/mails.ts'

/** A constant in the statement, so that PostgreSQL can use the partial index. */
const isUndo = sql`${mailedTokens.purpose} = 'email_undo'`

/** The live links that give the address back to the account that had it. */
export const liveUndosOf = (db: Database, addressKey: string | Placeholder) =>
  db
    .select({ id: mailedTokens.id })
    .from(mailedTokens)
    .where(
      and(
        isUndo,
        eq(mailedTokens.addressKey, addressKey),
        isNull(mailedTokens.usedAt),
        isNull(mailedTokens.supersededAt),
        sql`${mailedTokens.expiresAt} > now()`,
      ),
    )

/**
 * Whether a former owner can still take the address back. Nobody else may sign up with it until then, or the owner's
 * link would fail [AT7].
 */
export const isKept = async (db: Database, addressKey: string): Promise<boolean> =>
  (await liveUndosOf(db, addressKey).limit(1)).length > 0
