import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, type LinkedPlace, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'

const token = (): string => new URLSearchParams(location.search).get('token') ?? ''

const after = (place: 'profile' | 'sign-in', news: string) => () => {
  go(place)
  say(news)
}

/** Behind the mailed links. Each posts after a click only, as programs that scan mails open links, too. */
export const linkedScreens: Readonly<Record<LinkedPlace, Screen>> = {
  'verify-email': {
    title: 'Verify your address',
    of: 'anyone',
    show: () => [
      paragraph('One click, and your account is ready.'),
      form({
        submit: 'Verify my address',
        send: () => api.POST('/v0/auth/verify-email', { body: { token: token() } }),
        done: after('profile', 'Welcome! Your address is verified.'),
      }),
      paragraph(element('a', { href: linkTo('check-mail') }, 'Mail me a new link')),
    ],
  },
  'verify-device': {
    title: 'Sign in on this device',
    of: 'anyone',
    show: () => [
      paragraph('Only go on if it was you who just entered your password here.'),
      form({
        submit: 'Yes, sign me in',
        send: () => api.POST('/v0/auth/device/verify', { body: { token: token() } }),
        done: after('profile', 'You are signed in, and this device is known from now on.'),
      }),
    ],
  },
  'reset-password': {
    title: 'Set a new password',
    of: 'anyone',
    show: () => [
      paragraph('You will be signed out everywhere.'),
      form({
        fields: [{ name: 'new_password', label: 'New password', type: 'password', autocomplete: 'new-password' }],
        submit: 'Set the password',
        send: ({ new_password }) => api.POST('/v0/auth/reset-password', { body: { token: token(), new_password } }),
        about: { 'password:new_password_missing': 'new_password' },
        done: after('sign-in', 'Your password is set. Sign in with it.'),
      }),
      paragraph(element('a', { href: linkTo('forgot-password') }, 'Mail me a new link')),
    ],
  },
  'confirm-email-change': {
    title: 'Confirm your new address',
    of: 'anyone',
    show: () => [
      paragraph('You will be signed out everywhere, and sign in with this address from then on.'),
      form({
        submit: 'Confirm the address',
        send: () => api.POST('/v0/auth/confirm-email-change', { body: { token: token() } }),
        done: after('sign-in', 'Your address is changed. Sign in with it.'),
      }),
    ],
  },
  'undo-email-change': {
    title: 'Take your address back',
    of: 'anyone',
    show: () => [
      paragraph('Your old address returns, everybody is signed out, and we mail you a link to set a new password.'),
      form({
        submit: 'Undo the change',
        send: () => api.POST('/v0/auth/undo-email-change', { body: { token: token() } }),
        done: after('sign-in', 'Your address is back. Open the link that we mailed you to set a new password.'),
      }),
    ],
  },
  'confirm-deletion': {
    title: 'Delete your account',
    of: 'anyone',
    show: () => [
      paragraph('Everything that is yours here is erased, for good.'),
      form({
        submit: 'Delete my account',
        kind: 'danger',
        send: () => api.POST('/v0/user/me/deletion/confirm', { body: { token: token() } }),
        done: after('sign-in', 'Your account is erased.'),
      }),
    ],
  },
}
