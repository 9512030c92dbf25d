import { eq } from 'drizzle-orm'
import { handleKey } from '../accounts/fields.ts'
import { takeHandle } from '../accounts/take-handle.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { handles, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'

export const changeProfileRefusals = ['user:handle_already_exists', 'session:invalid_user_id'] as const

type ChangeProfileRefusal = (typeof changeProfileRefusals)[number]

type Change = {
  readonly handle?: string | undefined
  readonly displayName?: string | undefined
  /** Null clears the bio. */
  readonly bio?: string | null | undefined
  /** The language of mails; null clears it. */
  readonly locale?: string | null | undefined
  /** For the times in mails; null clears it. */
  readonly timeZone?: string | null | undefined
}

/** Afterwards the profile shows the given values; the others stay. A handle that was given up is free. */
export async function changeProfile(
  ctx: Context<ChangeProfileRefusal>,
  { user }: SignedIn,
  change: Change,
): Promise<SignedIn['user']> {
  return changeAccounts(ctx, async (tx) => {
    const [before] = await tx.select().from(users).where(eq(users.id, user.id)).for('update')
    // The account was erased since the session was looked up: nothing of it may come back.
    if (before === undefined || before.deletedAt !== null) throw ctx.fault('session:invalid_user_id')
    const { handle = before.handle, displayName = before.displayName, bio = before.bio } = change
    const { locale = before.locale, timeZone = before.timeZone } = change
    if (handleKey(handle) !== handleKey(before.handle)) await swapHandle(ctx, tx, { userId: user.id, handle })
    tx.forget(user.id)
    await tx.update(users).set({ handle, displayName, bio, locale, timeZone }).where(eq(users.id, user.id))
    await ctx.searchIndex.noteChange(tx, user.id)
    return { ...user, handle, displayName, bio, locale, timeZone }
  })
}

async function swapHandle(
  ctx: Context<'user:handle_already_exists'>,
  tx: Transaction,
  { userId, handle }: { readonly userId: string; readonly handle: string },
): Promise<void> {
  await tx.delete(handles).where(eq(handles.userId, userId))
  if (!(await takeHandle(tx, handle, userId))) throw ctx.fault('user:handle_already_exists')
}
