import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, handedTo, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
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
        newPassword('password', 'Password'),
      ],
      submit: 'Create account',
      send: (body) => api.POST('/v0/auth/signup', { body }),
      about: { 'user:handle_already_exists': 'handle' },
      done: (_data, values) => go('check-mail', { email: values.email }),
    }),
    ...(await providerButtons()),
    paragraph('Already have an account? ', element('a', { href: linkTo('sign-in') }, 'Sign in')),
  ],
}

/** After the sign-up, after a sign-in with an address that is not verified, and behind an old link. */
export const checkMail: Screen = {
  title: 'Check your email',
  of: 'guest',
  show: () => {
    const handed = handedTo('check-mail')
    return [
      ...(handed ? sentTo(handed.email, handed.isSignIn) : [paragraph('Where should we send the link?')]),
      form({
        fields: [{ ...email, value: handed?.email }],
        submit: handed ? 'Resend the link' : 'Send the link',
        kind: 'quiet',
        send: (body) => api.POST('/v0/auth/resend-verification-email', { body }),
        done: () => say('We sent you a new link. Earlier links no longer work.'),
      }),
      paragraph(element('a', { href: linkTo('sign-in') }, 'Back to sign-in')),
    ]
  },
}

const sentTo = (address: string, isSignIn = false): Node[] => {
  const strong = element('strong', {}, address)
  return isSignIn
    ? [paragraph(strong, ' is not verified yet.'), paragraph('Open the link we emailed you, or get a new one.')]
    : [paragraph('We sent a link to ', strong, '. Open it to finish signing up.')]
}
