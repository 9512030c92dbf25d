import type { Letter } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const passwordLetters = {
  password_reset: ({ say }: Words, { link }: { readonly link: string }): Letter => ({
    subject: say('mail.password_reset.subject'),
    paragraphs: [
      say('mail.password_reset.asked'),
      say('mail.password_reset.open'),
      { link, button: say('mail.password_reset.button') },
      say('mail.password_reset.if_not'),
    ],
  }),
  first_password: ({ say }: Words, { link }: { readonly link: string }): Letter => ({
    subject: say('mail.first_password.subject'),
    paragraphs: [
      say('mail.first_password.asked'),
      { link, button: say('mail.first_password.button') },
      say('mail.first_password.if_not'),
    ],
  }),
  no_password_notice: (
    { say, either }: Words,
    content: {
      /** Missing in mails that an older version wrote. */
      readonly providers?: readonly string[] | undefined
    },
  ): Letter => {
    const { providers = [say('mail.no_password_notice.other_service')] } = content
    return {
      subject: say('mail.no_password_notice.subject'),
      paragraphs: [
        say('mail.no_password_notice.asked', { providers: either(providers) }),
        say('mail.no_password_notice.advice'),
        say('mail.no_password_notice.if_not'),
      ],
    }
  },
  // Its advice, and that of the next, can be followed without being able to sign in.
  password_changed: ({ say }: Words): Letter => ({
    subject: say('mail.password_changed.subject'),
    paragraphs: [say('mail.password_changed.changed'), say('mail.common.not_your_password')],
  }),
  password_set: ({ say }: Words): Letter => ({
    subject: say('mail.password_set.subject'),
    paragraphs: [say('mail.password_set.set'), say('mail.common.not_your_password')],
  }),
  password_breached: ({ say }: Words): Letter => ({
    subject: say('mail.password_breached.subject'),
    paragraphs: [say('mail.password_breached.leaked'), say('mail.password_breached.advice')],
  }),
  password_was_reset: (
    { say, list }: Words,
    content: {
      /** How many passkeys still sign in. Missing in mails that an older version wrote. */
      readonly passkeys?: number | undefined
      /** The services through which the account is still signed in to. Missing in mails that an older version wrote. */
      readonly providers?: readonly string[] | undefined
    },
  ): Letter => {
    const { passkeys: count = 0, providers = [] } = content
    return {
      subject: say('mail.password_was_reset.subject'),
      paragraphs: [
        say('mail.password_was_reset.reset'),
        ...(count === 0 ? [] : [say('mail.password_was_reset.passkeys', { count })]),
        ...(providers.length === 0 ? [] : [say('mail.password_was_reset.providers', { providers: list(providers) })]),
        say('mail.password_was_reset.if_not'),
      ],
    }
  },
}
