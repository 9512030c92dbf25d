import { eraseAccount } from '../accounts/erase-account.ts'
import { handleKey } from '../accounts/fields.ts'
import { type Profile, type ProfileChange, setProfile } from '../accounts/set-profile.ts'
import type { Context } from '../context.ts'
import { mailChange } from '../email/change-email.ts'
import { confirmDelivery, deliveryRefusals } from '../mail/confirm.ts'
import { administer, administerRefusals, type Order } from '../sign-in/administer.ts'
import { emailKey } from '../text/email.ts'
import { limitMails } from '../throttling/mails.ts'

export const changeUserRefusals = [...administerRefusals, 'user:handle_already_exists'] as const

type ChangeUserRefusal = (typeof changeUserRefusals)[number]

/** Afterwards the profile shows the given values; the others stay. A handle that was given up is free. */
export const changeUser = (ctx: Context<ChangeUserRefusal>, order: Order, change: ProfileChange): Promise<Profile> =>
  administer(ctx, order, {
    action: 'user:change_profile',
    event: 'profile_changed',
    metadata: { changed: namesOf(change) },
    change: async (tx, target) => {
      const profile = await setProfile(tx, ctx, target.id, change)
      if (profile === 'gone') throw ctx.fault('user:not_found')
      if (profile === 'taken') throw ctx.fault('user:handle_already_exists')
      return profile
    },
  })

const names = { handle: 'handle', displayName: 'display_name', bio: 'bio', locale: 'locale' } as const

const namesOf = (change: ProfileChange): string =>
  Object.entries(names)
    .filter(([field]) => change[field as keyof typeof names] !== undefined)
    .map(([, name]) => name)
    .join(',')

export const changeUserEmailRefusals = [
  ...administerRefusals,
  'general:validation_error',
  'user:email_already_exists',
  'rate_limit:exceeded',
  ...deliveryRefusals,
] as const

type ChangeUserEmailRefusal = (typeof changeUserEmailRefusals)[number]

/** Afterwards a link waits in the new mailbox and a notice in the old one; the account still has its old address. */
export async function changeUserEmail(
  ctx: Context<ChangeUserEmailRefusal>,
  order: Order,
  newEmail: string,
): Promise<void> {
  const { client } = order
  await limitMails(ctx, 'email_change', emailKey(newEmail))
  const mailId = await administer(ctx, order, {
    action: 'user:change_email',
    event: 'email_change_requested',
    change: async (tx, { id: userId, email: oldEmail }) => {
      if (newEmail === oldEmail)
        throw ctx.fault('general:validation_error', { fields: [{ path: '/new_email', rule: 'unchanged' }] })
      const mailId = await mailChange(tx, ctx, { userId, oldEmail, newEmail, client })
      if (mailId === undefined) throw ctx.fault('user:email_already_exists')
      return mailId
    },
  })
  await confirmDelivery(ctx, mailId, client)
}

export const deleteUserRefusals = [...administerRefusals, 'general:validation_error'] as const

type DeleteUserRefusal = (typeof deleteUserRefusals)[number]

/** Afterwards the account is erased, as its owner would have erased it. */
export const deleteUser = (ctx: Context<DeleteUserRefusal>, order: Order, confirm: string): Promise<void> =>
  administer(ctx, order, {
    action: 'user:delete',
    event: 'deletion_requested',
    change: async (tx, target) => {
      if (handleKey(confirm) !== handleKey(target.handle))
        throw ctx.fault('general:validation_error', {
          fields: [{ path: '/confirm', rule: 'one_of', values: [target.handle] }],
        })
      await eraseAccount(ctx, tx, target.id)
    },
  })
