import { bio, displayName, email, handle, locale } from '../accounts/fields.ts'
import { audit } from '../accounts/history.ts'
import { setProfile } from '../accounts/set-profile.ts'
import { mailChange } from '../email/change-email.ts'
import { sourceLanguage } from '../messages/language.ts'
import { wordsOf } from '../messages/words.ts'
import { dropConnection } from '../oauth/unlink.ts'
import { getLocked } from '../sign-in/lock-account.ts'
import { OperatorError } from '../sign-in/operator-error.ts'
import { nameRemoved } from '../sign-in/removed.ts'
import { resetSecondFactor } from '../sign-in/reset-second-factor.ts'
import type { ActOptions, OperatorAct } from '../sign-in/room.ts'

const byOperator = { client: undefined, metadata: { by: 'operator' } } as const

/** What administrators change of an account, by the command line: by the same functions as theirs. */
export const changeActs = {
  'change-profile': async (tx, deps, { id: userId }, options) => {
    const change = profileOf(options)
    if (Object.values(change).every((value) => value === undefined))
      throw new OperatorError('Say what to change: --handle, --name, --bio or --locale.')
    const profile = await setProfile(tx, deps, userId, change)
    if (typeof profile === 'string') throw new OperatorError(`The handle ${change.handle} is taken.`)
    await audit(tx, { type: 'profile_changed', userId, ...byOperator })
    return `The account is @${profile.handle}, ${profile.displayName}, now.`
  },
  'change-email': async (tx, deps, { id: userId, email: oldEmail }, { to }) => {
    const newEmail = checked('address', email, to ?? '')
    if (newEmail === oldEmail) throw new OperatorError('The account has this address already.')
    const mailId = await mailChange(tx, deps, { userId, oldEmail, newEmail, client: undefined })
    if (mailId === undefined) throw new OperatorError(`Another account has the address ${newEmail}.`)
    await audit(tx, { type: 'email_change_requested', userId, ...byOperator })
    return `A link is on its way to ${newEmail}, and a notice to ${oldEmail}: the link changes the address.`
  },
  unlink: async (tx, deps, { id: userId }, { provider: slug = '' }) => {
    const outcome = await dropConnection(tx, deps, { account: await getLocked(tx, userId), slug })
    if (outcome === 'none') throw new OperatorError(`The account has no connection to "${slug}": add --provider SLUG.`)
    if (outcome === 'last') throw new OperatorError('It is the last way in that works: send-password-link comes first.')
    await audit(tx, { type: 'oauth_unlinked', userId, client: undefined, metadata: { provider: slug, by: 'operator' } })
    return `${slug} opens the account no more, and the owner is told by mail.`
  },
  'reset-second-factor': async (tx, deps, user, { passkeys = false }) => {
    const removed = await resetSecondFactor(tx, deps, { user, passkeys, by: 'operator' })
    if (removed.length === 0) return 'There is no second factor to reset.'
    await audit(tx, { type: 'second_factor_reset', userId: user.id, ...byOperator })
    const english = wordsOf(sourceLanguage())
    const what = removed.map((one) => nameRemoved(english, one)).join('; ')
    return `Removed: ${what}. Every session has ended, and the owner is told by mail.`
  },
} as const satisfies Record<string, OperatorAct>

const profileOf = (options: ActOptions) => ({
  handle: optional('handle', handle, options.handle),
  displayName: optional('name', displayName, options.name),
  bio: options.bio === '' ? null : optional('bio', bio, options.bio),
  locale: options.locale === '' ? null : optional('language', locale, options.locale),
})

type Field = { safeParse(text: string): { readonly success: boolean; readonly data?: string | undefined } }

function checked(what: string, field: Field, text: string): string {
  const { success, data } = field.safeParse(text)
  if (!success || data === undefined) throw new OperatorError(`That is no ${what} that an account may have.`)
  return data
}

const optional = (what: string, field: Field, text: string | undefined): string | undefined =>
  text === undefined ? undefined : checked(what, field, text)
