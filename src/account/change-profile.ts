import { type ProfileChange, setProfile } from '../accounts/set-profile.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'

export const changeProfileRefusals = ['user:handle_already_exists', 'session:invalid_user_id'] as const

type ChangeProfileRefusal = (typeof changeProfileRefusals)[number]

/** Afterwards the own profile shows the given values. */
export async function changeProfile(
  ctx: Context<ChangeProfileRefusal>,
  { user }: SignedIn,
  change: ProfileChange,
): Promise<SignedIn['user']> {
  return changeAccounts(ctx, async (tx) => {
    const profile = await setProfile(tx, ctx, user.id, change)
    // The account was erased since the session was looked up: nothing of it may come back.
    if (profile === 'gone') throw ctx.fault('session:invalid_user_id')
    if (profile === 'taken') throw ctx.fault('user:handle_already_exists')
    return { ...user, ...profile }
  })
}
