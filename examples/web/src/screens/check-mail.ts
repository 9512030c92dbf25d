import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { type AwaitedCode, go, handedTo, linkTo, type SignIn } from '../places.ts'
import { resend } from '../resend.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { email, mailedCode } from '../usual-fields.ts'
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
    if (handed.code) return [...typeToVerify(handed.email, handed.code), backToSignIn()]
    const again = resend({
      send: () => api.POST('/v0/auth/resend-verification-email', { body: { email: handed.email } }),
      said: newLink,
      isFresh: !handed.isSignIn,
    })
    const other = paragraph(element('a', { href: linkTo('sign-up') }, 'Use a different address'))
    return [...said, again, other, backToSignIn()]
  },
}

/** The digits of the mail finish the sign-up here; its link does so anywhere. */
const typeToVerify = (address: string, code: AwaitedCode): Node[] => [
  paragraph('We sent a code and a link to ', element('strong', {}, address), '. Either of them finishes signing up.'),
  form({
    fields: [mailedCode],
    submit: 'Verify my address',
    send: (typed) => api.POST('/v0/auth/verify-email', { body: { code_token: code.code_token, code: typed.code } }),
    about: { 'email:invalid_code': 'code' },
    done: () => {
      go('profile')
      say('Welcome! Your address is verified.')
    },
  }),
  inSpam(),
  resendCode(code),
  paragraph(element('a', { href: linkTo('sign-up') }, 'Use a different address')),
]

/** The same code once more, as soon as the server would mail it again. */
export const resendCode = ({ code_token, resend_at }: AwaitedCode): HTMLFormElement => {
  const seconds = Math.ceil((Date.parse(resend_at) - Date.now()) / 1000)
  return resend({
    send: () => api.POST('/v0/auth/mailed-code/resend', { body: { code_token } }),
    submit: 'Resend the code',
    said: 'We sent the same code again.',
    isFresh: seconds > 0,
    restSeconds: Math.max(seconds, 1),
  })
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
