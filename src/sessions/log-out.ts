import { audit } from '../accounts/history.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { endSession } from '../credentials/end-sessions.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Deps } from '../deps.ts'
import type { Caller } from '../http/caller.ts'

type LogOut = {
  /** The console session of the same browser, if it has one. */
  readonly beside: SignedIn | undefined
  readonly client: Caller
}

/**
 * Afterwards the session's token opens nothing, nor does that of the console session beside it. That of an
 * administrator in the account is no sign-out of its owner.
 */
export function logOut(deps: Deps, signedIn: SignedIn, { beside, client }: LogOut): Promise<void> {
  return changeAccounts(deps, async (tx) => {
    await endSession(tx, signedIn, 'logout')
    if (beside) await endSession(tx, beside, 'logout')
    if (signedIn.impersonation === undefined) await audit(tx, { type: 'logout', userId: signedIn.user.id, client })
  })
}
