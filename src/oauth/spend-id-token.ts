import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { usedIdTokens } from '../db/schema/oauth.ts'
import type { Transaction } from '../db/transaction.ts'
import type { BearerIdToken } from './id-token.ts'

/** Covers the clock tolerance for `exp` and the difference between this machine's clock and the database's. */
const keptBeyondEndSeconds = 300

/** Afterwards this ID token opens nothing more, should somebody find it in a log or intercept it. */
export async function spendIdToken(
  ctx: Context<'oauth:invalid_id_token'>,
  tx: Transaction,
  { digest, expiresAtSeconds }: BearerIdToken,
): Promise<void> {
  const expiresAt = sql`to_timestamp(${expiresAtSeconds + keptBeyondEndSeconds})`
  const spent = await tx.insert(usedIdTokens).values({ digest, expiresAt }).onConflictDoNothing().returning()
  if (spent.length === 0) throw ctx.fault('oauth:invalid_id_token', { details: 'This ID token was used before.' })
}
