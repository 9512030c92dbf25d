import { and, eq } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { isTheirs } from './counted.ts'
import { findOpener, presentPasskey } from './list.ts'

export const renamePasskeyRefusals = ['system:not_found'] as const

type RenamePasskeyRefusal = (typeof renamePasskeyRefusals)[number]

type Renaming = { readonly passkeyId: string; readonly name: string; readonly client: Caller }

/** Afterwards lists and mails show the passkey under that name. */
export function renamePasskey(
  ctx: Context<RenamePasskeyRefusal>,
  { sessionId, user }: SignedIn,
  { passkeyId, name, client }: Renaming,
) {
  return transaction(ctx.pool, async (tx) => {
    const [renamed] = await tx
      .update(passkeys)
      .set({ name })
      .where(and(eq(passkeys.id, passkeyId), isTheirs(user.id)))
      .returning()
    if (renamed === undefined) throw ctx.fault('system:not_found')
    await audit(tx, { type: 'passkey_renamed', userId: user.id, client, metadata: { passkey: passkeyId } })
    return presentPasskey(renamed, await findOpener(tx, sessionId))
  })
}
