import { randomUUIDv7 } from 'node:crypto'
import { desc, eq, inArray, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { getSigningKey } from '../credentials/get-signing-key.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { refreshFamilies, sessions } from '../db/schema/sessions.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import { type Grant, grantTokens } from './grant.ts'
import { putRefreshToken } from './refresh-token.ts'

export const issueTokensRefusals = ['system:token_creation_error'] as const

type IssueTokensRefusal = (typeof issueTokensRefusals)[number]

/** Of one session; an app that asks at each start instead of refreshing would leave rows without end. */
const mostFamilies = 50

/**
 * Afterwards the session has one more family of refresh tokens, in place of its oldest if it has as many as there may
 * be, and the client an access token.
 */
export async function issueTokens(
  ctx: Context<IssueTokensRefusal>,
  { sessionId, user, rememberMe }: SignedIn,
): Promise<Grant> {
  const key = getSigningKey(ctx)
  const token = makeToken('refresh')
  const issuedAtSeconds = await transaction(ctx.pool, async (tx) => {
    await endOldest(tx, sessionId)
    const familyId = randomUUIDv7()
    const sessionEnd = tx.select({ end: sessions.maxExpiresAt }).from(sessions).where(eq(sessions.id, sessionId))
    await tx
      .insert(refreshFamilies)
      .values({ id: familyId, sessionId, userId: user.id, expiresAt: sql`(${sessionEnd})` })
    return putRefreshToken(tx, { familyId, token, ttlSeconds: ctx.config.refreshTokenTtlSeconds })
  })
  const holder = { userId: user.id, sessionId, rememberMe, roles: user.roles }
  return grantTokens(ctx, key, { ...holder, refreshToken: token.text, issuedAtSeconds })
}

async function endOldest(tx: Transaction, sessionId: string): Promise<void> {
  const oldest = tx
    .select({ id: refreshFamilies.id })
    .from(refreshFamilies)
    .where(eq(refreshFamilies.sessionId, sessionId))
    .orderBy(desc(refreshFamilies.id))
    .offset(mostFamilies - 1)
  await tx.delete(refreshFamilies).where(inArray(refreshFamilies.id, oldest))
}
