import { eq } from 'drizzle-orm'
import { handleKey } from '../accounts/fields.ts'
import { takeHandle } from '../accounts/take-handle.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { handles, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'

export const changeProfileRefusals = ['user:handle_already_exists', 'session:invalid_user_id'] as const

type ChangeProfileRefusal = (typeof changeProfileRefusals)[number]

export type ProfileChange = {
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
  change: ProfileChange,
): Promise<SignedIn['user']> {
  return changeAccounts(ctx, async (tx) => {
    const profile = await setProfile(ctx, tx, user.id, change)
    // The account was erased since the session was looked up: nothing of it may come back.
    if (profile === undefined) throw ctx.fault('session:invalid_user_id')
    return { ...user, ...profile }
  })
}

/** The same for any account. Returns its profile, or undefined if there is no such account. */
export async function setProfile(
  ctx: Pick<Context<'user:handle_already_exists'>, 'fault' | 'searchIndex'>,
  tx: AccountTransaction,
  userId: string,
  change: ProfileChange,
) {
  const [before] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
  if (before === undefined || before.deletedAt !== null) return undefined
  const { handle = before.handle, displayName = before.displayName, bio = before.bio } = change
  const { locale = before.locale, timeZone = before.timeZone } = change
  if (handleKey(handle) !== handleKey(before.handle)) await swapHandle(ctx, tx, { userId, handle })
  tx.forget(userId)
  await tx.update(users).set({ handle, displayName, bio, locale, timeZone }).where(eq(users.id, userId))
  await ctx.searchIndex.noteChange(tx, userId)
  return { handle, displayName, bio, locale, timeZone }
}

async function swapHandle(
  ctx: Pick<Context<'user:handle_already_exists'>, 'fault'>,
  tx: Transaction,
  { userId, handle }: { readonly userId: string; readonly handle: string },
): Promise<void> {
  await tx.delete(handles).where(eq(handles.userId, userId))
  if (!(await takeHandle(tx, handle, userId))) throw ctx.fault('user:handle_already_exists')
}
