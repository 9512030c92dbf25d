import type { Deps } from '../deps.ts'
import type { Client } from '../http/client.ts'
import { audit } from '../users/audit.ts'
import { changeAccounts } from './change-accounts.ts'
import { endSession } from './end.ts'
import type { SignedIn } from './signed-in.ts'

/** Afterwards the session's token opens nothing. */
export function logOut(deps: Deps, signedIn: SignedIn, client: Client): Promise<void> {
  return changeAccounts(deps, async (tx) => {
    await endSession(tx, signedIn, 'logout')
    await audit(tx, { type: 'logout', userId: signedIn.user.id, client })
  })
}
