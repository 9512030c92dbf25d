import { and, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { isLive } from '../credentials/live.ts'
import { makeToken, tokenDigest } from '../crypto/secret-token.ts'
import { sessions } from '../db/schema/sessions.ts'
import type { Caller } from '../http/caller.ts'

export const enterAccountRefusals = ['token:invalid_impersonation'] as const

type EnterAccountRefusal = (typeof enterAccountRefusals)[number]

/**
 * Afterwards the session that waited for the link is open, and the link is dead: one statement puts the session's token
 * in the place of the link's. It finds no row that has ended, and whatever ends the row later waits for it [AD5 AD6].
 */
export async function enterAccount(ctx: Context<EnterAccountRefusal>, text: string, client: Caller): Promise<string> {
  const digest = tokenDigest('impersonation', text)
  if (digest === undefined || ctx.config.impersonation === 'off') throw ctx.fault('token:invalid_impersonation')
  const token = makeToken('session')
  await changeAccounts(ctx, async (tx) => {
    const [entered] = await tx
      .update(sessions)
      .set({
        tokenDigest: token.digest,
        expiresAt: sql`${sessions.maxExpiresAt}`,
        lastSeenAt: sql`now()`,
        userAgent: client.userAgent ?? null,
        ipAddress: client.address,
      })
      .where(and(eq(sessions.tokenDigest, digest), eq(sessions.kind, 'impersonation'), isLive))
      .returning({ userId: sessions.userId })
    if (entered === undefined) throw ctx.fault('token:invalid_impersonation')
    tx.forget(entered.userId)
  })
  return token.text
}
