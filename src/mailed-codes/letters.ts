import { codeAround } from '../mail/code-in-mail.ts'
import { type Letter, whereFrom } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const mailedCodeLetters = {
  sign_in_code: (
    words: Words,
    content: {
      /** Whether no account has the address, so that the code signs up. */
      readonly isNew: boolean
      readonly link: string
      /** Missing if MAIL_CODES gives this kind of mail only a link. */
      readonly digits?: string | undefined
      readonly domain?: string | undefined
      readonly minutes: number
      readonly userAgent?: string | undefined
      readonly ipAddress?: string | undefined
    },
  ): Letter => {
    const { say } = words
    const { isNew, link, digits, domain, minutes } = content
    const act = isNew ? 'sign_up' : 'sign_in'
    const linked = { link, button: say(`mail.sign_in_code.button_${act}`) }
    const ifNot = say('mail.sign_in_code.if_not')
    const origin = whereFrom(words, content)
    if (digits === undefined) {
      const open = say(`mail.sign_in_code.open_${act}`, { minutes })
      return { subject: say(`mail.sign_in_code.subject_${act}`), paragraphs: [open, linked, ifNot, origin] }
    }
    const typed = say(`mail.sign_in_code.enter_${act}`, { minutes })
    const orOpen = say(`mail.sign_in_code.or_open_${act}`)
    const neverAsked = say('mail.common.never_asked')
    return codeAround(words, { digits, domain }, [typed, origin, neverAsked, ifNot, orOpen, linked])
  },
  codes_rest: ({ say }: Words): Letter => ({
    subject: say('mail.codes_rest.subject'),
    paragraphs: [say('mail.codes_rest.rest'), say('mail.codes_rest.nobody')],
  }),
}
