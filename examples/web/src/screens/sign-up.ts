import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { language, phrase, text } from '../language.ts'
import { go, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { displayName, email, handle, newPassword } from '../usual-fields.ts'
import { providerButtons } from './provider-buttons.ts'

export const signUp: Screen = {
  title: 'sign_up.title',
  of: 'guest',
  show: async () => [
    form({
      fields: [
        email(),
        { ...displayName(), hint: text('field.name_hint') },
        handle(),
        await newPassword('password', text('field.password')),
      ],
      submit: text('sign_up.submit'),
      send: (body) => api.POST('/v0/auth/signup', { body: { ...body, locale: language().tag } }),
      about: { 'user:handle_already_exists': 'handle' },
      done: ({ code_token, resend_at }, { email }) =>
        go('check-mail', { email, ...(code_token && resend_at && { code: { code_token, resend_at } }) }),
    }),
    providerButtons(),
    paragraph(
      ...phrase('sign_up.have_account', { link: element('a', { href: linkTo('sign-in') }, text('action.sign_in')) }),
    ),
  ],
}
