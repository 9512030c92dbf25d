import { type Letter, notYou, oneLine, takenBackByOperator } from '../mail/letter.ts'

export const oauthLetters = {
  oauth_linked: (content: { readonly provider: string }): Letter => ({
    subject: 'A new way to sign in was added',
    paragraphs: [`You can now sign in to your account through ${oneLine(content.provider)}.`, notYou],
  }),
  oauth_unlinked: (content: { readonly provider: string }): Letter => ({
    subject: 'A way to sign in was removed',
    paragraphs: [`You can no longer sign in to your account through ${oneLine(content.provider)}.`, notYou],
  }),
  provider_registered: (content: {
    /** The provider's name in paths. */
    readonly provider: string
    /** The administrator's handle. */
    readonly by: string
    /** The provider's issuer, or its endpoints. */
    readonly asks: readonly string[]
    readonly emailVerification: 'claim' | 'trusted' | 'mail'
  }): Letter => ({
    subject: 'There is a new sign-in provider',
    paragraphs: [
      `The administrator ${content.by} registered the provider ${content.provider}, which is asked at ` +
        `${listPlaces(content)} (email_verification: ${content.emailVerification}). Users can sign up and in ` +
        'through it.',
      'All administrators receive this mail. If you expected this, you do not need to do anything.',
      `Otherwise, delete it: somebody else is using the account ${content.by}. ${takenBackByOperator(content.by)}`,
    ],
  }),
  provider_deleted: (content: {
    readonly provider: string
    readonly by: string
    readonly asks: readonly string[]
    /** How many accounts the provider opened, and how many of those have no other working way in. */
    readonly accounts: number
    readonly withoutOtherWay: number
  }): Letter => ({
    subject: 'A sign-in provider was deleted',
    paragraphs: [
      `The administrator ${content.by} deleted the provider ${content.provider}, which was asked at ` +
        `${listPlaces(content)}.`,
      `Accounts that it opened: ${content.accounts}. Accounts that now open only by a link to their ` +
        `mailbox: ${content.withoutOtherWay}.`,
      'All administrators receive this mail. If you expected this, you do not need to do anything.',
      'Otherwise, register no provider in its place that you do not know: somebody else is using the account ' +
        `${content.by}. ${takenBackByOperator(content.by)}`,
    ],
  }),
  provider_moved: (content: {
    /** The provider's name in paths. */
    readonly provider: string
    /** The administrator's handle. */
    readonly by: string
    readonly changes: readonly { readonly what: string; readonly was: string | null; readonly is: string | null }[]
    /** How many accounts the provider opened at its former place; undefined if it did not move. */
    readonly accounts?: number | undefined
    /** Whether the provider has moved back to its first place. */
    readonly isBack: boolean
  }): Letter => ({
    subject: 'Somebody else says who your users are',
    paragraphs: [
      `The administrator ${content.by} changed an address of the provider ${content.provider}, or what is ` +
        `trusted of its answers: ${content.changes.map(whatChanged).join('; ')}.`,
      whomItKnows(content),
      'All administrators receive this mail. If you expected this, you do not need to do anything.',
      'Otherwise, change it back: users can then sign in through it again. Somebody else is also using the account ' +
        `${content.by}. ${takenBackByOperator(content.by)}`,
    ],
  }),
  provider_move_confirmed: (content: { readonly provider: string; readonly accounts: number }): Letter => ({
    subject: 'The move of a sign-in provider was confirmed',
    paragraphs: [
      `An operator confirmed, on the command line, that the provider ${content.provider} is the same at its ` +
        `new place. Accounts that it opens again: ${content.accounts}.`,
      'If you know nothing of it, ask your operator.',
    ],
  }),
}

const listPlaces = ({ asks }: { readonly asks: readonly string[] }): string => asks.map(oneLine).join(', ')

type Moved = Parameters<(typeof oauthLetters)['provider_moved']>[0]

const whatChanged = ({ what, was, is }: Moved['changes'][number]): string =>
  `${what} was ${oneLine(was ?? 'none')} and is ${oneLine(is ?? 'none')}`

function whomItKnows({ provider, accounts, isBack }: Moved): string {
  if (isBack) return 'It is back at its former address: users who signed in through it before can do so again.'
  if (accounts === undefined) return 'Its issuer is the same: users sign in through it as before.'
  return (
    `Accounts that it opened: ${accounts}. It opens none of them until their owners link it again, or an ` +
    `operator confirms that it is the same provider: npm run admin -- providers confirm-move ${provider}.`
  )
}
