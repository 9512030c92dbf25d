import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { displayName, email, handle, newPassword } from '../usual-fields.ts'
import { providerButtons } from './provider-buttons.ts'

export const signUp: Screen = {
  title: 'Create your account',
  of: 'guest',
  show: async () => [
    form({
      fields: [
        email,
        { ...displayName, hint: 'The name other people see.' },
        handle,
        await newPassword('password', 'Password'),
      ],
      submit: 'Create account',
      send: (body) => api.POST('/v0/auth/signup', { body }),
      about: { 'user:handle_already_exists': 'handle' },
      done: ({ code_token, resend_at }, { email }) =>
        go('check-mail', { email, ...(code_token && resend_at && { code: { code_token, resend_at } }) }),
    }),
    providerButtons(),
    paragraph('Already have an account? ', element('a', { href: linkTo('sign-in') }, 'Sign in')),
  ],
}
