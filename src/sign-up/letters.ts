import { codeAround } from '../mail/code-in-mail.ts'
import { type Letter, yesIf } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const signUpLetters = {
  verify_email: (
    words: Words,
    content: {
      readonly handle: string
      readonly link: string
      readonly signedUpAt: string
      /** The provider that the account will sign in through, if it has no password. */
      readonly provider?: string | undefined
      readonly digits?: string | undefined
      readonly domain?: string | undefined
    },
  ): Letter => {
    const { say } = words
    const { handle, link, signedUpAt, provider, digits, domain } = content
    const signedUp = say('mail.verify_email.signed_up', {
      handle,
      at: new Date(signedUpAt),
      has_provider: yesIf(provider !== undefined),
      provider: provider ?? '',
    })
    const linked = { link, button: say('mail.verify_email.button') }
    const ifNot = say('mail.verify_email.if_not')
    if (digits === undefined) {
      // A sign-up through a provider can be finished only where it began [FD11].
      const open = say(provider === undefined ? 'mail.verify_email.open' : 'mail.verify_email.open_there')
      return { subject: say('mail.verify_email.subject'), paragraphs: [signedUp, open, linked, ifNot] }
    }
    const typed = [say('mail.common.never_asked'), say('mail.verify_email.type_or_open')]
    return codeAround(words, { digits, domain }, [signedUp, ...typed, linked, ifNot])
  },
  registered_notice: ({ say }: Words): Letter => ({
    subject: say('mail.registered_notice.subject'),
    paragraphs: [
      say('mail.registered_notice.tried'),
      say('mail.registered_notice.if_you'),
      say('mail.registered_notice.if_not'),
    ],
  }),
}
