import { type CodeInMail, codeAround, neverAsked } from '../mail/code-in-mail.ts'
import type { Letter } from '../mail/letter.ts'
import { whereFrom } from '../mail/letter.ts'

export const mailedCodeLetters = {
  sign_in_code: (
    content: CodeInMail & {
      readonly link: string
      readonly minutes: number
      readonly userAgent?: string | undefined
      readonly ipAddress?: string | undefined
    },
  ): Letter =>
    codeAround(content, [
      `Enter it where you asked to sign in. It works once, for ${inMinutes(content.minutes)}.`,
      whereFrom(content),
      neverAsked,
      'If you did not ask for it, there is nothing to do: nobody gets in without it.',
      'Or open this link and confirm that you want to sign in:',
      { link: content.link },
    ]),
  codes_rest: (): Letter => ({
    subject: 'Mailed codes no longer sign in to your account',
    paragraphs: [
      'Somebody has typed a hundred wrong codes for your address. Codes that we mail to you no longer work ' +
        'until you have signed in by the link in such a mail, or in another way.',
      'Nobody got in.',
    ],
  }),
}

const inMinutes = (minutes: number): string => (minutes === 1 ? 'a minute' : `${minutes} minutes`)
