import { transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { Client } from '../http/client.ts'
import { audit } from '../users/audit.ts'
import { endSession } from './end.ts'
import type { SignedIn } from './resolve.ts'

/** Afterwards the session's token opens nothing. */
export function logOut(deps: Deps, { sessionId, user }: SignedIn, client: Client): Promise<void> {
  return transaction(deps.pool, async (tx) => {
    await endSession(tx, sessionId, 'logout')
    await audit(tx, { type: 'logout', userId: user.id, client })
  })
}
