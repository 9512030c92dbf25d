import { inArray, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import type { Caller } from '../http/caller.ts'
import { type MailDeps, notifyOwner } from '../mail/outbox.ts'
import { supersedeUserTokens } from '../mailed-tokens/issue.ts'
import { noteCount } from './counted.ts'

type Removal = {
  readonly user: { readonly id: string; readonly email: string }
  /** Its own, one at least. */
  readonly gone: readonly [Named, ...Named[]]
  /** None of the operator. */
  readonly client: Caller | undefined
  /** The session that asked goes on. */
  readonly except?: string
}

type Named = { readonly id: string; readonly name: string }

/** Those passkeys open nothing, and what they opened has ended; the owner is told. Under the account's lock. */
export async function removePasskeys(
  tx: AccountTransaction,
  deps: MailDeps,
  { user, gone, client, except }: Removal,
): Promise<void> {
  const ids = gone.map(({ id }) => id)
  await tx.update(passkeys).set({ deletedAt: sql`now()` }).where(inArray(passkeys.id, ids))
  await noteCount(tx, user.id)
  // A passkey can ask for another address. Whoever deletes a stolen one must not lose the account to that link.
  await supersedeUserTokens(tx, user.id, ['email_change'])
  for (const id of ids) {
    await endSessions(tx, user.id, { reason: 'passkey_deleted', openedBy: id, ...(except !== undefined && { except }) })
    const metadata = { passkey: id, ...(client === undefined && { by: 'operator' }) }
    await audit(tx, { type: 'passkey_deleted', userId: user.id, client, metadata })
  }
  const [{ name }, ...others] = gone
  const news =
    others.length === 0
      ? ({ template: 'passkey_deleted', name } as const)
      : ({ template: 'passkeys_deleted', count: gone.length } as const)
  await notifyOwner(tx, deps, user, news)
}
