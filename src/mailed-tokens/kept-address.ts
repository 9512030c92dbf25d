import { and, eq, isNull, type Placeholder, sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { mailedTokens } from '../db/schema/mails.ts'

/** As a constant, which the index is for. */
const isUndo = sql`${mailedTokens.purpose} = 'email_undo'`

/** The live links that give the address back to the account which had it. */
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

/** Nobody signs up with an address while its owner can still take it back: they would come back to nothing [AT7]. */
export const isKept = async (db: Database, addressKey: string): Promise<boolean> =>
  (await liveUndosOf(db, addressKey).limit(1)).length > 0
