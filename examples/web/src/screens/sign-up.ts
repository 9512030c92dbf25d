import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, handedTo, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { providerButtons } from './provider-buttons.ts'

export const signUp: Screen = {
  title: 'Create your account',
  of: 'guest',
  show: async () => [
    form({
      fields: [
        { name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'email' },
        { name: 'display_name', label: 'Name', autocomplete: 'name', hint: 'As others see it.' },
        { name: 'handle', label: 'Handle', autocomplete: 'username', hint: '4 to 15 letters, digits or underscores.' },
        {
          name: 'password',
          label: 'Password',
          type: 'password',
          autocomplete: 'new-password',
          hint: 'A few words that only you put together.',
        },
      ],
      submit: 'Create account',
      send: (body) => api.POST('/v0/auth/signup', { body }),
      about: { 'user:handle_already_exists': 'handle' },
      done: (_data, { email }) => go('check-mail', { email }),
    }),
    ...(await providerButtons()),
    paragraph('You have an account? ', element('a', { href: linkTo('sign-in') }, 'Sign in')),
  ],
}

export const checkMail: Screen = {
  title: 'Check your mail',
  of: 'guest',
  show: () => {
    const email = handedTo('check-mail')?.email
    return [
      email
        ? paragraph('We mailed a link to ', element('strong', {}, email), '. Open it to finish.')
        : paragraph('To which address shall we mail the link?'),
      form({
        fields: [{ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'email', value: email }],
        submit: 'Mail it again',
        kind: 'quiet',
        send: (body) => api.POST('/v0/auth/resend-verification-email', { body }),
        done: () => say('A new link is on its way. The older one no longer works.'),
      }),
    ]
  },
}
