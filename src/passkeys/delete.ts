import { and, eq } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import type { Caller } from '../http/caller.ts'
import { type LockedAccount, lockOwnAccount } from '../sign-in/lock-account.ts'
import { isLastWayIn } from '../sign-in/ways-in.ts'
import { countChange } from '../throttling/changes.ts'
import { isTheirs } from './counted.ts'
import { dropPasskeys } from './remove.ts'
import { wayInOf } from './way-in.ts'

export const deletePasskeyRefusals = [
  'system:not_found',
  'passkey:last_login_method',
  'user:invalid_session',
  'rate_limit:exceeded',
] as const

type DeletePasskeyRefusal = (typeof deletePasskeyRefusals)[number]

type Deletion = { readonly passkeyId: string; readonly client: Caller }

/**
 * Afterwards the passkey opens nothing, and the sessions that it opened have ended, except the one that asked. The last
 * working way in stays, even if two passkeys are deleted at once [TK7 PK7].
 */
export async function deletePasskey(
  ctx: Context<DeletePasskeyRefusal>,
  signedIn: SignedIn,
  { passkeyId, client }: Deletion,
): Promise<void> {
  await countChange(ctx, signedIn.user)
  await changeAccounts(ctx, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    await dropPasskey(ctx, tx, { account: user, passkeyId, except: signedIn.sessionId })
    await audit(tx, { type: 'passkey_deleted', userId: user.id, client, metadata: { passkey: passkeyId } })
  })
}

type Drop = {
  readonly account: LockedAccount
  readonly passkeyId: string
  /** The session that asked, which does not end. */
  readonly except?: string
}

/** The same under the account's lock, whoever asked, without the event. */
export async function dropPasskey(
  ctx: Context<'system:not_found' | 'passkey:last_login_method'>,
  tx: AccountTransaction,
  { account, passkeyId, except }: Drop,
): Promise<void> {
  const isOwn = and(eq(passkeys.id, passkeyId), isTheirs(account.id))
  const [found] = await tx.select({ id: passkeys.id, name: passkeys.name }).from(passkeys).where(isOwn)
  if (found === undefined) throw ctx.fault('system:not_found')
  if (await isLastWayIn(tx, ctx.config, { account, way: wayInOf(passkeyId) }))
    throw ctx.fault('passkey:last_login_method')
  await dropPasskeys(tx, ctx, { user: account, gone: [found], ...(except !== undefined && { except }) })
}
