import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'

export const forgotPassword: Screen = {
  title: 'Forgot your password?',
  of: 'guest',
  show: () => [
    form({
      fields: [{ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username' }],
      submit: 'Mail me a link',
      send: (body) => api.POST('/v0/auth/forgot-password', { body }),
      done: () => say('If this address has an account, a link is on its way.'),
    }),
    paragraph(element('a', { href: linkTo('sign-in') }, 'Back to the sign-in')),
  ],
}
