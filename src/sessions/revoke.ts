import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Deps } from '../deps.ts'
import type { Caller } from '../http/caller.ts'
import { supersedeUserTokens } from '../mailed-tokens/issue.ts'

export const revokeSessionRefusals = ['system:not_found'] as const

type RevokeSessionRefusal = (typeof revokeSessionRefusals)[number]

/**
 * Afterwards this session of the caller's account has ended. Another account's session is answered like one that does
 * not exist [SE6].
 */
export function revokeSession(
  ctx: Context<RevokeSessionRefusal>,
  { user }: SignedIn,
  { managementId, client }: { readonly managementId: string; readonly client: Caller },
): Promise<void> {
  return changeAccounts(ctx, async (tx) => {
    if (!(await endSessionOf(tx, user.id, managementId))) throw ctx.fault('system:not_found')
    await audit(tx, { type: 'session_revoked', userId: user.id, client, metadata: { session_id: managementId } })
  })
}

/** The same for a session of any account, without the event. Returns whether it was one. */
export const endSessionOf = async (tx: AccountTransaction, userId: string, managementId: string): Promise<boolean> =>
  (await endSessions(tx, userId, { reason: 'revoked', only: managementId })) > 0

/**
 * Afterwards the caller's session is the account's only one, and no change of the address that another one may have
 * asked for can be confirmed [AT7].
 */
export function revokeOtherSessions(deps: Deps, { user, sessionId }: SignedIn, client: Caller): Promise<void> {
  return changeAccounts(deps, async (tx) => {
    await endSessions(tx, user.id, { reason: 'revoked', except: sessionId })
    await supersedeUserTokens(tx, user.id, ['email_change'])
    await audit(tx, { type: 'session_revoked', userId: user.id, client })
  })
}
