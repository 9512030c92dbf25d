import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, type LinkedPlace, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { newPassword } from '../usual-fields.ts'
import { linkedSignIn } from './sign-in-by-email.ts'

const token = (): string => new URLSearchParams(location.search).get('token') ?? ''

const after = (place: 'profile' | 'sign-in', news: string) => () => {
  go(place)
  say(news)
}

/** Where a link that is no good leaves nothing to do here. */
const toSignIn = (): HTMLElement => paragraph(element('a', { href: linkTo('sign-in') }, 'Go to sign-in'))

/** Behind the mailed links. Each posts after a click only, as programs that scan mails open links, too. */
export const linkedScreens: Readonly<Record<LinkedPlace, Screen>> = {
  'verify-email': {
    title: 'Verify your email address',
    of: 'anyone',
    show: () => [
      paragraph('One click and your account is ready.'),
      form({
        submit: 'Verify my address',
        send: () => api.POST('/v0/auth/verify-email', { body: { token: token() } }),
        leads: { 'email:already_verified': after('sign-in', 'Your address is already verified. You can sign in.') },
        done: after('profile', 'Welcome! Your address is verified.'),
      }),
      paragraph(element('a', { href: linkTo('check-mail') }, 'Send me a new link')),
    ],
  },
  'email-sign-in': linkedSignIn,
  'verify-device': {
    title: 'Sign in on this device',
    of: 'anyone',
    show: () => [
      paragraph('Continue only if you just entered your password in this browser.'),
      form({
        submit: 'Yes, sign me in',
        send: () => api.POST('/v0/auth/device/verify', { body: { token: token() } }),
        done: after('profile', 'You are signed in. We will remember this device.'),
      }),
      toSignIn(),
    ],
  },
  'reset-password': {
    title: 'Choose a new password',
    of: 'anyone',
    show: async () => [
      paragraph('This signs you out everywhere.'),
      form({
        fields: [await newPassword('new_password', 'New password')],
        submit: 'Save password',
        send: ({ new_password }) => api.POST('/v0/auth/reset-password', { body: { token: token(), new_password } }),
        about: { 'password:new_password_missing': 'new_password' },
        done: after('sign-in', 'Your password is saved. Sign in with it.'),
      }),
      paragraph(element('a', { href: linkTo('forgot-password') }, 'Send me a new link')),
    ],
  },
  'confirm-email-change': {
    title: 'Confirm your new address',
    of: 'anyone',
    show: () => [
      paragraph('This signs you out everywhere. From then on, sign in with this address.'),
      form({
        submit: 'Confirm this address',
        send: () => api.POST('/v0/auth/confirm-email-change', { body: { token: token() } }),
        done: after('sign-in', 'Your address has changed. Sign in with the new one.'),
      }),
      toSignIn(),
    ],
  },
  'undo-email-change': {
    title: 'Restore your old address',
    of: 'anyone',
    show: () => [
      paragraph('We will restore your old address, sign everyone out, and email you a link to choose a new password.'),
      form({
        submit: 'Undo the change',
        send: () => api.POST('/v0/auth/undo-email-change', { body: { token: token() } }),
        done: after('sign-in', 'Your old address is back. Open the link we sent you to choose a new password.'),
      }),
      toSignIn(),
    ],
  },
  'confirm-deletion': {
    title: 'Delete your account',
    of: 'anyone',
    show: () => [
      paragraph('This permanently deletes everything you have here. It cannot be undone.'),
      form({
        submit: 'Delete my account',
        kind: 'danger',
        send: () => api.POST('/v0/user/me/deletion/confirm', { body: { token: token() } }),
        done: after('sign-in', 'Your account has been deleted.'),
      }),
      toSignIn(),
    ],
  },
}
