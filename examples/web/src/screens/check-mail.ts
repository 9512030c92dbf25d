import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, handedTo, linkTo, type SignIn } from '../places.ts'
import { resend } from '../resend.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { email } from '../usual-fields.ts'
import { goOn } from './go-on.ts'

// Where a mail is awaited. Each sends it once more.

const backToSignIn = (): HTMLElement => paragraph(element('a', { href: linkTo('sign-in') }, 'Back to sign-in'))

const inSpam = (): HTMLElement => element('p', { class: 'hint' }, 'Nothing there? Look in your spam folder.')

const newLink = 'We sent you a new link. Earlier links no longer work.'

/** After the sign-up, after a sign-in with an address that is not verified, and behind an old link. */
export const checkMail: Screen = {
  title: 'Check your email',
  of: 'guest',
  show: () => {
    const handed = handedTo('check-mail')
    if (!handed) return [...askAddress(), backToSignIn()]
    const address = element('strong', {}, handed.email)
    const said = handed.isSignIn
      ? [paragraph(address, ' is not verified yet.'), paragraph('Open the link we emailed you, or get a new one.')]
      : [paragraph('We sent a link to ', address, '. Open it to finish signing up.'), inSpam()]
    const again = resend({
      send: () => api.POST('/v0/auth/resend-verification-email', { body: { email: handed.email } }),
      said: newLink,
      isFresh: !handed.isSignIn,
    })
    const other = paragraph(element('a', { href: linkTo('sign-up') }, 'Use a different address'))
    return [...said, again, other, backToSignIn()]
  },
}

const askAddress = (): Node[] => [
  paragraph('Where should we send the link?'),
  form({
    fields: [email],
    submit: 'Send the link',
    send: (body) => api.POST('/v0/auth/resend-verification-email', { body }),
    done: (_data, values) => {
      go('check-mail', values)
      say(newLink)
    },
  }),
]

/** Whether there is such an account is said to nobody. */
export const resetSent: Screen = {
  title: 'Check your email',
  of: 'guest',
  show: () => {
    const body = handedTo('reset-sent')
    const other = paragraph(element('a', { href: linkTo('forgot-password') }, 'Use a different address'))
    if (!body) return [other, backToSignIn()]
    return [
      paragraph('If there is an account for ', element('strong', {}, body.email), ', we sent it a link.'),
      paragraph('Open it to choose a new password.'),
      inSpam(),
      resend({
        send: () => api.POST('/v0/auth/forgot-password', { body }),
        said: 'If there is an account, we sent it a new link.',
      }),
      other,
      backToSignIn(),
    ]
  },
}

/** After a password alone, in a browser that the account does not know. */
export const newDevice: Screen = {
  title: 'Check your email',
  of: 'guest',
  show: () => {
    const { signIn } = handedTo('new-device') ?? {}
    return [
      paragraph('You have not signed in on this device before, so we sent you a link.'),
      paragraph('Open it in this browser. Next time, your password will be enough here.'),
      inSpam(),
      ...(signIn ? [signInAgain(signIn)] : []),
      backToSignIn(),
    ]
  },
}

/** The server mails the link to whoever shows the password; that of another tab may have let this browser in already. */
const signInAgain = (body: SignIn): HTMLFormElement =>
  resend({
    send: () => api.POST('/v0/auth/login', { body }),
    said: 'We sent you another link.',
    done: (outcome) => {
      const isSent = outcome !== undefined && 'status' in outcome
      if (!isSent) goOn(outcome)
      return !isSent
    },
  })
