import type { DataOf } from 'postern/client'
import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, handedTo, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { email, mailedCode } from '../usual-fields.ts'
import { resendCode } from './check-mail.ts'
import { goOn } from './go-on.ts'

const backToSignIn = (): HTMLElement => paragraph(element('a', { href: linkTo('sign-in') }, 'Back to sign-in'))

export const signInByEmail: Screen = {
  title: 'Sign in by email',
  of: 'guest',
  show: () => [
    paragraph('We send you a code and a link. Either of them signs you in.'),
    form({
      fields: [email, { name: 'remember_me', label: 'Stay signed in on this device', type: 'checkbox' }],
      submit: 'Email me a code',
      send: ({ email, remember_me }) =>
        api.POST('/v0/auth/email-sign-in', { body: { email, remember_me: remember_me !== '' } }),
      done: (code, { email }) => go('type-code', { email, code }),
    }),
    backToSignIn(),
  ],
}

/** Whether there is such an account is said to nobody. */
export const typeCode: Screen = {
  title: 'Check your email',
  of: 'guest',
  show: () => {
    const handed = handedTo('type-code')
    const other = paragraph(element('a', { href: linkTo('sign-in-by-email') }, 'Use a different address'))
    if (!handed) return [paragraph('Please start again.'), other]
    const { code_token } = handed.code
    return [
      paragraph('If there is an account for ', element('strong', {}, handed.email), ', we sent it a code and a link.'),
      form({
        fields: [mailedCode],
        submit: 'Sign in',
        send: ({ code }) => api.POST('/v0/auth/email-sign-in/verify', { body: { code_token, code } }),
        about: { 'email:invalid_code': 'code' },
        done: signedIn,
      }),
      resendCode(handed.code),
      other,
      backToSignIn(),
    ]
  },
}

type Outcome = DataOf<'POST', '/v0/auth/email-sign-in/verify'>

/** A session is open, a second factor is asked for, or nobody has the address yet. */
function signedIn(outcome: Outcome): void {
  if (outcome !== undefined && 'pending_token' in outcome) go('complete-sign-up', outcome)
  else goOn(outcome)
}

const token = (): string => new URLSearchParams(location.search).get('token') ?? ''

/** Behind the link of a mail. Where another browser asked for it, the server wants the address as well. */
export const linkedSignIn: Screen = {
  title: 'Sign in',
  of: 'anyone',
  show: () => {
    const body = { token: token() }
    const confirm: HTMLFormElement = form({
      submit: 'Yes, sign me in',
      send: () => api.POST('/v0/auth/email-sign-in/verify', { body }),
      leads: { 'general:bad_request': () => confirm.replaceWith(...askAddress(body)) },
      done: signedIn,
    })
    return [
      paragraph('Continue only if you just asked to sign in by email.'),
      confirm,
      paragraph(element('a', { href: linkTo('sign-in') }, 'Go to sign-in')),
    ]
  },
}

const askAddress = (body: { readonly token: string }): Node[] => [
  paragraph('You did not ask for this link in this browser. To go on, enter the address that it was sent to.'),
  form({
    fields: [email],
    submit: 'Sign in',
    send: ({ email }) => api.POST('/v0/auth/email-sign-in/verify', { body: { ...body, email } }),
    about: { 'token:email_mismatch': 'email' },
    done: signedIn,
  }),
]
