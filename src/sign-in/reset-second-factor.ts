import type { Doer } from '../accounts/history.ts'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import type { MailDeps } from '../mail/outbox.ts'
import { endAccess } from './end-access.ts'
import { rooms } from './hallway.ts'
import type { Removed } from './removed.ts'
import type { FactorReset } from './room.ts'

type Reset = {
  readonly user: { readonly id: string; readonly email: string }
  /** Whether passkeys go as well, which are a way in. */
  readonly passkeys: boolean
  readonly by: Doer
}

const resets: readonly FactorReset[] = rooms.flatMap((room) => ('factorReset' in room ? [room.factorReset] : []))

/**
 * Afterwards no sign-in asks for a second factor, nobody is signed in, and the owner is told. Returns what was removed;
 * if that is nothing, nothing has changed. Needs the account's lock.
 */
export async function resetSecondFactor(
  tx: AccountTransaction,
  deps: MailDeps,
  { user: { id, email }, passkeys, by }: Reset,
): Promise<readonly Removed[]> {
  const removed: Removed[] = []
  for (const { isWayIn, remove } of resets)
    if (passkeys || !isWayIn) removed.push(...(await remove(tx, deps, { id, email, by })))
  if (removed.length > 0) await endAccess(tx, id)
  return removed
}
