import { and, eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import type { Caller } from '../http/caller.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import { isLastWayIn } from '../sign-in/ways-in.ts'
import { countChange } from '../throttling/changes.ts'
import { isTheirs } from './counted.ts'
import { removePasskeys } from './remove.ts'
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
    const isOwn = and(eq(passkeys.id, passkeyId), isTheirs(user.id))
    const [found] = await tx.select({ id: passkeys.id, name: passkeys.name }).from(passkeys).where(isOwn)
    if (found === undefined) throw ctx.fault('system:not_found')
    if (await isLastWayIn(tx, ctx.config, { account: user, way: wayInOf(passkeyId) }))
      throw ctx.fault('passkey:last_login_method')
    await removePasskeys(tx, ctx, { user, gone: [found], client, except: signedIn.sessionId })
  })
}
