import { codeAround, neverAsked } from '../mail/code-in-mail.ts'
import { inUtc, type Letter, oneLine } from '../mail/letter.ts'

export const signUpLetters = {
  verify_email: (content: {
    readonly handle: string
    readonly link: string
    readonly signedUpAt: string
    /** The provider that the account will sign in through, if it has no password. */
    readonly provider?: string | undefined
    readonly digits?: string | undefined
    readonly domain?: string | undefined
  }): Letter => {
    const { link, digits, domain } = content
    const said =
      `Somebody signed up${through(content)} with this address and the handle ${oneLine(content.handle)} at ` +
      `${inUtc(content.signedUpAt)}.`
    const ifNot =
      'If this was not you, do not click: without the click no account exists, and the sign-up ends by itself.'
    if (digits === undefined) {
      const words = `If this was you, open this link${whereItBegan(content)} to confirm the address:`
      return { subject: 'Confirm your e-mail address', paragraphs: [said, words, { link }, ifNot] }
    }
    const words = 'If this was you, type the code where you signed up, or open this link to confirm the address:'
    return codeAround({ digits, domain }, [said, neverAsked, words, { link }, ifNot])
  },
  registered_notice: (): Letter => ({
    subject: 'You already have an account',
    paragraphs: [
      'Somebody tried to sign up with this address, which already has an account here.',
      'If this was you, just sign in; if you forgot the password, ask for a new one on the sign-in page.',
      'If this was not you, there is nothing to do: nothing was changed, and they learned nothing about you.',
    ],
  }),
}

const through = ({ provider }: { readonly provider?: string | undefined }): string =>
  provider === undefined ? '' : ` through ${oneLine(provider)}`

/** A sign-up through a provider can be finished only where it began [FD11]. */
const whereItBegan = ({ provider }: { readonly provider?: string | undefined }): string =>
  provider === undefined ? '' : ' in the browser or app that you signed up with'
