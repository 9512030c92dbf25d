import { randomUUIDv7 } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { hasRole, heldRoles } from '../accounts/roles.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import { consoleAbsoluteSeconds, consoleIdleSeconds, mostConsoleSessions } from '../credentials/console-sessions.ts'
import { endOldest, endSession } from '../credentials/end-sessions.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import type { Caller } from '../http/caller.ts'
import { demandTwoFactors } from '../sign-in/demand-two-factors.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'

export const openConsoleRefusals = [
  'user:second_factor_required',
  'user:invalid_session',
  'user:permission_insufficient',
] as const

type OpenConsoleRefusal = (typeof openConsoleRefusals)[number]

type Opening = {
  /** The console session that the browser has, which the new one takes the place of. */
  readonly former: SignedIn | undefined
  readonly client: Caller
}

/**
 * Afterwards this browser has a console session of the account, as fresh as the session that it is opened from, which
 * must show two factors [AD1].
 */
export async function openConsole(
  ctx: Context<OpenConsoleRefusal>,
  signedIn: SignedIn,
  { former, client }: Opening,
): Promise<string> {
  await demandTwoFactors(ctx, signedIn)
  const { user } = signedIn
  const token = makeToken('console')
  await changeAccounts(ctx, async (tx) => {
    await lockOwnAccount(ctx, tx, signedIn)
    // Under the lock, as the role may have been taken since the request began.
    const opener = await readOpener(tx, signedIn)
    if (opener === undefined || !hasRole(opener.roles, 'mod')) throw ctx.fault('user:permission_insufficient')
    if (former) await endSession(tx, former, 'displaced')
    await endOldest(tx, user.id, { kind: 'console', most: mostConsoleSessions })
    await tx.insert(sessions).values({
      ...opener.shown,
      id: randomUUIDv7(),
      kind: 'console',
      tokenDigest: token.digest,
      rememberMe: false,
      userAgent: client.userAgent ?? null,
      ipAddress: client.address,
      expiresAt: sql`now() + make_interval(secs => ${consoleIdleSeconds})`,
      maxExpiresAt: sql`now() + make_interval(secs => ${consoleAbsoluteSeconds})`,
    })
    await audit(tx, { type: 'login_succeeded', userId: user.id, client, metadata: { act: 'console' } })
  })
  return token.text
}

/** What the session shows of its owner, and what its owner may do, under the account's lock. */
async function readOpener(tx: AccountTransaction, { sessionId }: SignedIn) {
  const { userId, methods, passkeyId, authenticatedAt } = sessions
  const [opener] = await tx
    .select({ shown: { userId, methods, passkeyId, authenticatedAt }, roles: heldRoles })
    .from(sessions)
    .innerJoin(users, eq(users.id, userId))
    .where(eq(sessions.id, sessionId))
  return opener
}
