import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { handedTo, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { goOn } from './go-on.ts'
import { providerButtons } from './provider-buttons.ts'

export const signIn: Screen = {
  title: 'Sign in',
  of: 'guest',
  show: async () => [
    form({
      fields: [
        { name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username' },
        { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
        { name: 'remember_me', label: 'Stay signed in on this device', type: 'checkbox' },
      ],
      submit: 'Sign in',
      send: ({ email, password, remember_me }) =>
        api.POST('/v0/auth/login', { body: { email, password, remember_me: remember_me !== '' } }),
      done: goOn,
    }),
    paragraph(element('a', { href: linkTo('forgot-password') }, 'Forgot your password?')),
    ...(await providerButtons()),
    paragraph('New here? ', element('a', { href: linkTo('sign-up') }, 'Create an account')),
  ],
}

export const secondStep: Screen = {
  title: 'Second step',
  of: 'guest',
  show: () => {
    const handed = handedTo('second-step')
    if (!handed) return [paragraph(element('a', { href: linkTo('sign-in') }, 'Please start again'))]
    return [
      form({
        fields: [
          {
            name: 'code',
            label: 'Code',
            autocomplete: 'one-time-code',
            hint: 'Six digits from your authenticator app, or one of your backup codes.',
          },
        ],
        submit: 'Go on',
        send: ({ code }) => api.POST('/v0/auth/totp/verify', { body: { ...handed, code } }),
        about: { 'totp:invalid_code': 'code', 'totp:backup_code_exhausted': 'code' },
        done: goOn,
      }),
      paragraph(element('a', { href: linkTo('sign-in') }, 'Start again')),
    ]
  },
}

export const newDevice: Screen = {
  title: 'A new device',
  of: 'guest',
  show: () => [
    paragraph('You have not signed in on this device before, so we mailed you a link.'),
    paragraph('Open it in this browser. From then on your password is enough here.'),
  ],
}
