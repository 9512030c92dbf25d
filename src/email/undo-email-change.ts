import { randomBytes } from 'node:crypto'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import type { HashingCaller } from '../http/caller.ts'
import { peekMailedToken, takeMailedToken } from '../mailed-tokens/take.ts'
import { takeBack } from '../sign-in/take-back.ts'
import { hashPassword } from '../throttling/hash-password.ts'
import { countMailboxHash } from '../throttling/hash-ticket.ts'
import { firstAskedAt, giveAddress } from './confirm-email-change.ts'

export const undoEmailChangeRefusals = [
  'token:invalid_email_change',
  'user:email_already_exists',
  'rate_limit:exceeded',
] as const

type UndoEmailChangeRefusal = (typeof undoEmailChangeRefusals)[number]

type Proof = { readonly token: string; readonly client: HashingCaller }

/**
 * Afterwards the account has its old address back, and whatever opens it and came since the change was asked for is
 * gone. Undo links of older changes still work; those of later changes are void.
 */
export async function undoEmailChange(ctx: Context<UndoEmailChangeRefusal>, { token, client }: Proof): Promise<void> {
  const wanted = { token, purpose: 'email_undo' } as const
  const peeked = await peekMailedToken(ctx.db, wanted)
  if (typeof peeked === 'string') throw ctx.fault('token:invalid_email_change')
  const ticket = await countMailboxHash(ctx, peeked, client)
  const unknownHash = await hashPassword(ctx, randomBytes(32).toString('base64url'), ticket)

  await changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, wanted)
    if (typeof taken === 'string' || taken.userId === null || taken.address === null) {
      throw ctx.fault('token:invalid_email_change')
    }
    const { userId, address, createdAt } = taken
    await giveAddress(ctx, tx, userId, address)
    // Tokens of older versions lack it. They were made in the transaction of their change.
    const since = taken.since ?? (await firstAskedAt(tx, userId, createdAt))
    await takeBack(tx, ctx, { userId, since, unknownHash, by: 'owner', client })
    await audit(tx, { type: 'email_change_undone', userId, client })
  })
}
