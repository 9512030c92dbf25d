import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { email } from '../usual-fields.ts'

export const forgotPassword: Screen = {
  title: 'Forgot your password?',
  of: 'guest',
  show: () => [
    form({
      fields: [email],
      submit: 'Send me a link',
      send: (body) => api.POST('/v0/auth/forgot-password', { body }),
      done: (_data, values) => go('reset-sent', values),
    }),
    paragraph(element('a', { href: linkTo('sign-in') }, 'Back to sign-in')),
  ],
}
