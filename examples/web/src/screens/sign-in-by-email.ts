import type { DataOf } from 'postern/client'
import { api } from '../api.ts'
import { element, paragraph, strong } from '../elements.ts'
import { form } from '../form.ts'
import { phrase, text } from '../language.ts'
import { go, handedTo, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { email, mailedCode, rememberMe } from '../usual-fields.ts'
import { resendCode } from './check-mail.ts'
import { goOn } from './go-on.ts'

const backToSignIn = (): HTMLElement => paragraph(element('a', { href: linkTo('sign-in') }, text('link.back')))

export const signInByEmail: Screen = {
  title: 'by_email.title',
  of: 'guest',
  show: () => [
    paragraph(text('by_email.what')),
    form({
      fields: [email(), rememberMe()],
      submit: text('by_email.submit'),
      send: ({ email, remember_me }) =>
        api.POST('/v0/auth/email-sign-in', { body: { email, remember_me: remember_me !== '' } }),
      done: (code, { email }) => go('type-code', { email, code }),
    }),
    backToSignIn(),
  ],
}

/** Whether there is such an account is said to nobody. */
export const typeCode: Screen = {
  title: 'mailed.title',
  of: 'guest',
  show: () => {
    const handed = handedTo('type-code')
    const other = paragraph(element('a', { href: linkTo('sign-in-by-email') }, text('link.other_address')))
    if (!handed) return [paragraph(text('link.start_again')), other]
    const { code_token } = handed.code
    return [
      paragraph(...phrase('by_email.sent', { address: strong(handed.email) })),
      form({
        fields: [mailedCode()],
        submit: text('action.sign_in'),
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
  title: 'action.sign_in',
  of: 'anyone',
  show: () => {
    const body = { token: token() }
    const confirm: HTMLFormElement = form({
      submit: text('by_email.yes'),
      send: () => api.POST('/v0/auth/email-sign-in/verify', { body }),
      leads: { 'general:bad_request': () => confirm.replaceWith(...askAddress(body)) },
      done: signedIn,
    })
    return [
      paragraph(text('by_email.careful')),
      confirm,
      paragraph(element('a', { href: linkTo('sign-in') }, text('link.sign_in'))),
    ]
  },
}

const askAddress = (body: { readonly token: string }): Node[] => [
  paragraph(text('by_email.other_browser')),
  form({
    fields: [email()],
    submit: text('action.sign_in'),
    send: ({ email }) => api.POST('/v0/auth/email-sign-in/verify', { body: { ...body, email } }),
    about: { 'token:email_mismatch': 'email' },
    done: signedIn,
  }),
]
