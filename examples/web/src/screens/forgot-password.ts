import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { text } from '../language.ts'
import { go, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { email } from '../usual-fields.ts'

export const forgotPassword: Screen = {
  title: 'sign_in.forgot',
  of: 'guest',
  show: () => [
    form({
      fields: [email()],
      submit: text('forgot.submit'),
      send: (body) => api.POST('/v0/auth/forgot-password', { body }),
      done: (_data, values) => go('reset-sent', values),
    }),
    paragraph(element('a', { href: linkTo('sign-in') }, text('link.back'))),
  ],
}
