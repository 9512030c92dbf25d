import { api } from '../api.ts'
import { element, paragraph, strong } from '../elements.ts'
import { form } from '../form.ts'
import { phrase, text } from '../language.ts'
import { type AwaitedCode, go, handedTo, linkTo, type SignIn } from '../places.ts'
import { resend } from '../resend.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { email, mailedCode } from '../usual-fields.ts'
import { goOn } from './go-on.ts'

// Where a mail is awaited. Each sends it once more.

const backToSignIn = (): HTMLElement => paragraph(element('a', { href: linkTo('sign-in') }, text('link.back')))

const inSpam = (): HTMLElement => element('p', { class: 'hint' }, text('mailed.spam'))

/** After the sign-up, after a sign-in with an address that is not verified, and behind an old link. */
export const checkMail: Screen = {
  title: 'mailed.title',
  of: 'guest',
  show: () => {
    const handed = handedTo('check-mail')
    if (!handed) return [...askAddress(), backToSignIn()]
    const address = strong(handed.email)
    const said = handed.isSignIn
      ? [paragraph(...phrase('check_mail.not_verified', { address })), paragraph(text('check_mail.open_or_new'))]
      : [paragraph(...phrase('check_mail.link_sent', { address })), inSpam()]
    if (handed.code) return [...typeToVerify(handed.email, handed.code), backToSignIn()]
    const again = resend({
      send: () => api.POST('/v0/auth/resend-verification-email', { body: { email: handed.email } }),
      said: text('said.new_link'),
      isFresh: !handed.isSignIn,
    })
    const other = paragraph(element('a', { href: linkTo('sign-up') }, text('link.other_address')))
    return [...said, again, other, backToSignIn()]
  },
}

/** The digits of the mail finish the sign-up here; its link does so anywhere. */
const typeToVerify = (address: string, code: AwaitedCode): Node[] => [
  paragraph(...phrase('check_mail.code_sent', { address: strong(address) })),
  form({
    fields: [mailedCode()],
    submit: text('verify_email.submit'),
    send: (typed) => api.POST('/v0/auth/verify-email', { body: { code_token: code.code_token, code: typed.code } }),
    about: { 'email:invalid_code': 'code' },
    done: () => {
      go('profile')
      say(text('said.verified'))
    },
  }),
  inSpam(),
  resendCode(code),
  paragraph(element('a', { href: linkTo('sign-up') }, text('link.other_address'))),
]

/** The same code once more, as soon as the server would mail it again. */
export const resendCode = ({ code_token, resend_at }: AwaitedCode): HTMLFormElement => {
  const seconds = Math.ceil((Date.parse(resend_at) - Date.now()) / 1000)
  return resend({
    send: () => api.POST('/v0/auth/mailed-code/resend', { body: { code_token } }),
    submit: text('mailed.resend_code'),
    said: text('mailed.same_code'),
    isFresh: seconds > 0,
    restSeconds: Math.max(seconds, 1),
  })
}

const askAddress = (): Node[] => [
  paragraph(text('check_mail.where')),
  form({
    fields: [email()],
    submit: text('check_mail.send'),
    send: (body) => api.POST('/v0/auth/resend-verification-email', { body }),
    done: (_data, values) => {
      go('check-mail', values)
      say(text('said.new_link'))
    },
  }),
]

/** Whether there is such an account is said to nobody. */
export const resetSent: Screen = {
  title: 'mailed.title',
  of: 'guest',
  show: () => {
    const body = handedTo('reset-sent')
    const other = paragraph(element('a', { href: linkTo('forgot-password') }, text('link.other_address')))
    if (!body) return [other, backToSignIn()]
    return [
      paragraph(...phrase('reset_sent.sent', { address: strong(body.email) })),
      paragraph(text('reset_sent.open')),
      inSpam(),
      resend({
        send: () => api.POST('/v0/auth/forgot-password', { body }),
        said: text('reset_sent.again'),
      }),
      other,
      backToSignIn(),
    ]
  },
}

/** After a password alone, in a browser that the account does not know. */
export const newDevice: Screen = {
  title: 'mailed.title',
  of: 'guest',
  show: () => {
    const { signIn } = handedTo('new-device') ?? {}
    return [
      paragraph(text('new_device.why')),
      paragraph(text('new_device.open')),
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
    said: text('new_device.again'),
    done: (outcome) => {
      const isSent = outcome !== undefined && 'status' in outcome
      if (!isSent) goOn(outcome)
      return !isSent
    },
  })
