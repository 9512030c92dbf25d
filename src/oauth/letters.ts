import { type Letter, takenBackByOperator } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const oauthLetters = {
  oauth_linked: ({ say }: Words, { provider }: { readonly provider: string }): Letter => ({
    subject: say('mail.oauth_linked.subject'),
    paragraphs: [say('mail.oauth_linked.linked', { provider }), say('mail.common.not_you')],
  }),
  oauth_unlinked: ({ say }: Words, { provider }: { readonly provider: string }): Letter => ({
    subject: say('mail.oauth_unlinked.subject'),
    paragraphs: [say('mail.oauth_unlinked.unlinked', { provider }), say('mail.common.not_you')],
  }),
  provider_registered: (
    words: Words,
    {
      provider,
      by,
      asks,
      emailVerification,
    }: {
      /** The provider's name in paths. */
      readonly provider: string
      /** The administrator's handle. */
      readonly by: string
      /** The provider's issuer, or its endpoints. */
      readonly asks: readonly string[]
      readonly emailVerification: 'claim' | 'trusted' | 'mail'
    },
  ): Letter => ({
    subject: words.say('mail.provider_registered.subject'),
    paragraphs: [
      words.say('mail.provider_registered.registered', {
        by,
        provider,
        places: words.list(asks),
        email_verification: emailVerification,
      }),
      words.say('mail.common.all_admins'),
      words.say('mail.provider_registered.otherwise', { by }),
      takenBackByOperator(words, by),
    ],
  }),
  provider_deleted: (
    words: Words,
    {
      provider,
      by,
      asks,
      accounts,
      withoutOtherWay,
    }: {
      readonly provider: string
      readonly by: string
      readonly asks: readonly string[]
      /** How many accounts the provider opened, and how many of those have no other working way in. */
      readonly accounts: number
      readonly withoutOtherWay: number
    },
  ): Letter => ({
    subject: words.say('mail.provider_deleted.subject'),
    paragraphs: [
      words.say('mail.provider_deleted.deleted', { by, provider, places: words.list(asks) }),
      words.say('mail.provider_deleted.accounts', { accounts, without_other_way: withoutOtherWay }),
      words.say('mail.common.all_admins'),
      words.say('mail.provider_deleted.otherwise', { by }),
      takenBackByOperator(words, by),
    ],
  }),
  provider_moved: (
    words: Words,
    content: {
      /** The provider's name in paths. */
      readonly provider: string
      /** The administrator's handle. */
      readonly by: string
      readonly changes: readonly { readonly what: string; readonly was: string | null; readonly is: string | null }[]
      /** How many accounts the provider opened at its former place; undefined if it did not move. */
      readonly accounts?: number | undefined
      /** Whether the provider has moved back to its first place. */
      readonly isBack: boolean
    },
  ): Letter => {
    const { say } = words
    const { provider, by, changes } = content
    const none = say('mail.provider_moved.none')
    return {
      subject: say('mail.provider_moved.subject'),
      paragraphs: [
        say('mail.provider_moved.changed', { by, provider }),
        ...changes.map(({ what, was, is }) =>
          say('mail.provider_moved.change', { what, was: was ?? none, is: is ?? none }),
        ),
        whomItKnows(words, content),
        say('mail.common.all_admins'),
        say('mail.provider_moved.otherwise', { by }),
        takenBackByOperator(words, by),
      ],
    }
  },
  provider_move_confirmed: (
    { say }: Words,
    { provider, accounts }: { readonly provider: string; readonly accounts: number },
  ): Letter => ({
    subject: say('mail.provider_move_confirmed.subject'),
    paragraphs: [
      say('mail.provider_move_confirmed.confirmed', { provider, accounts }),
      say('mail.provider_move_confirmed.unknown'),
    ],
  }),
}

function whomItKnows(
  { say }: Words,
  { provider, accounts, isBack }: Parameters<(typeof oauthLetters)['provider_moved']>[1],
): string {
  if (isBack) return say('mail.provider_moved.back')
  if (accounts === undefined) return say('mail.provider_moved.same')
  const command = `npm run admin -- providers confirm-move ${provider}`
  return say('mail.provider_moved.accounts', { accounts, command })
}
