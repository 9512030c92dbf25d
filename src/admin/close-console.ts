import { audit } from '../accounts/history.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { endSession } from '../credentials/end-sessions.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Deps } from '../deps.ts'
import type { Caller } from '../http/caller.ts'

/** Afterwards the console session has ended; the session that it was opened from goes on. */
export const closeConsole = (deps: Deps, signedIn: SignedIn, client: Caller): Promise<void> =>
  changeAccounts(deps, async (tx) => {
    await endSession(tx, signedIn, 'logout')
    await audit(tx, { type: 'logout', userId: signedIn.user.id, client, metadata: { act: 'console' } })
  })
