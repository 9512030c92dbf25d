import { codeAround, neverAsked } from '../mail/code-in-mail.ts'
import { type Letter, whereFrom } from '../mail/letter.ts'

export const mailedCodeLetters = {
  sign_in_code: (content: {
    /** Whether no account has the address, so that the code signs up. */
    readonly isNew: boolean
    readonly link: string
    /** Missing if MAIL_CODES gives this kind of mail only a link. */
    readonly digits?: string | undefined
    readonly domain?: string | undefined
    readonly minutes: number
    readonly userAgent?: string | undefined
    readonly ipAddress?: string | undefined
  }): Letter => {
    const { isNew, link, digits, domain, minutes } = content
    const act = isNew ? 'sign up' : 'sign in'
    const lifetime = `It works once, for ${inMinutes(minutes)}.`
    const ifNot = 'If you did not ask for it, there is nothing to do: nobody gets in without it.'
    if (digits === undefined) {
      const words = `Open this link and confirm that you want to ${act}. ${lifetime}`
      const subject = isNew ? 'Your link to sign up' : 'Your link to sign in'
      return { subject, paragraphs: [words, { link }, ifNot, whereFrom(content)] }
    }
    const typed = `Enter this code where you asked to ${act}. ${lifetime}`
    const linked = `Or open this link and confirm that you want to ${act}:`
    return codeAround({ digits, domain }, [typed, whereFrom(content), neverAsked, ifNot, linked, { link }])
  },
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
