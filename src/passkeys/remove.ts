import { inArray, sql } from 'drizzle-orm'
import { audit, byDoer, type Doer } from '../accounts/history.ts'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { type MailDeps, notifyOwner } from '../mail/outbox.ts'
import { supersedeUserTokens } from '../mailed-tokens/issue.ts'
import { noteCount } from './counted.ts'

type Removal = {
  readonly user: { readonly id: string; readonly email: string }
  /** The account's own passkeys, at least one. */
  readonly gone: readonly [Named, ...Named[]]
  /** The session that asked, which does not end. */
  readonly except?: string
}

type Named = { readonly id: string; readonly name: string }

/** The same as `dropPasskeys`, with an event for each passkey. */
export async function removePasskeys(
  tx: AccountTransaction,
  deps: MailDeps,
  { by, ...removal }: Removal & { readonly by: Doer },
): Promise<void> {
  await dropPasskeys(tx, deps, removal)
  for (const { id } of removal.gone)
    await audit(tx, { type: 'passkey_deleted', userId: removal.user.id, ...byDoer(by, { passkey: id }) })
}

/**
 * Afterwards the passkeys open nothing, the sessions that they opened have ended, and the owner is told. Console
 * sessions have ended too, as one may have shown them by re-authentication [AD1]. Needs the account's lock.
 */
export async function dropPasskeys(
  tx: AccountTransaction,
  deps: MailDeps,
  { user, gone, except }: Removal,
): Promise<void> {
  const ids = gone.map(({ id }) => id)
  await tx.update(passkeys).set({ deletedAt: sql`now()` }).where(inArray(passkeys.id, ids))
  await noteCount(tx, user.id)
  // A thief may have used the passkey to ask for another address: that link must not outlive the passkey.
  await supersedeUserTokens(tx, user.id, ['email_change'])
  for (const id of ids)
    await endSessions(tx, user.id, { reason: 'passkey_deleted', openedBy: id, ...(except !== undefined && { except }) })
  await endSessions(tx, user.id, { reason: 'factor_removed', kind: 'console' })
  const [{ name }, ...others] = gone
  const news =
    others.length === 0
      ? ({ template: 'passkey_deleted', name } as const)
      : ({ template: 'passkeys_deleted', count: gone.length } as const)
  await notifyOwner(tx, deps, user, news)
}
