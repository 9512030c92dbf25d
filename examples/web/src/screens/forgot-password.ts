import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { email } from '../usual-fields.ts'

export const forgotPassword: Screen = {
  title: 'Forgot your password?',
  of: 'guest',
  show: () => [
    form({
      fields: [email],
      submit: 'Send me a link',
      send: (body) => api.POST('/v0/auth/forgot-password', { body }),
      done: () => say('If there is an account with this address, we sent it a link.'),
    }),
    paragraph(element('a', { href: linkTo('sign-in') }, 'Back to sign-in')),
  ],
}
