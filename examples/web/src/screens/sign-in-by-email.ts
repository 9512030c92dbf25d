import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { email } from '../usual-fields.ts'
import { goOn } from './go-on.ts'

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
      done: (outcome) => goOn(outcome),
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
    done: (outcome) => goOn(outcome),
  }),
]
