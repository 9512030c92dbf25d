import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { language, type PlainKey, text } from '../language.ts'
import { go, type LinkedPlace, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { say } from '../status.ts'
import { displayName, handle, newPassword } from '../usual-fields.ts'
import { linkedSignIn } from './sign-in-by-email.ts'

const token = (): string => new URLSearchParams(location.search).get('token') ?? ''

/** Behind the sign, so that it is in no log of a server. */
const tokenInFragment = (): string => new URLSearchParams(location.hash.slice(1)).get('token') ?? ''

const after = (place: 'profile' | 'sign-in', news: PlainKey) => () => {
  go(place)
  say(text(news))
}

/** Where a link that is no good leaves nothing to do here. */
const toSignIn = (): HTMLElement => paragraph(element('a', { href: linkTo('sign-in') }, text('link.sign_in')))

/** Behind the mailed links. Each posts after a click only, as programs that scan mails open links, too. */
export const linkedScreens: Readonly<Record<LinkedPlace, Screen>> = {
  'verify-email': {
    title: 'verify_email.title',
    of: 'anyone',
    show: () => [
      paragraph(text('verify_email.what')),
      form({
        submit: text('verify_email.submit'),
        send: () => api.POST('/v0/auth/verify-email', { body: { token: token() } }),
        leads: { 'email:already_verified': after('sign-in', 'verify_email.already') },
        done: after('profile', 'said.verified'),
      }),
      paragraph(element('a', { href: linkTo('check-mail') }, text('link.new_link'))),
    ],
  },
  'email-sign-in': linkedSignIn,
  'verify-device': {
    title: 'verify_device.title',
    of: 'anyone',
    show: () => [
      paragraph(text('verify_device.careful')),
      form({
        submit: text('by_email.yes'),
        send: () => api.POST('/v0/auth/device/verify', { body: { token: token() } }),
        done: after('profile', 'verify_device.done'),
      }),
      toSignIn(),
    ],
  },
  'reset-password': {
    title: 'reset_password.title',
    of: 'anyone',
    show: async () => [
      paragraph(text('reset_password.what')),
      form({
        fields: [await newPassword('new_password', text('field.new_password'))],
        submit: text('reset_password.submit'),
        send: ({ new_password }) => api.POST('/v0/auth/reset-password', { body: { token: token(), new_password } }),
        about: { 'password:new_password_missing': 'new_password' },
        done: after('sign-in', 'reset_password.done'),
      }),
      paragraph(element('a', { href: linkTo('forgot-password') }, text('link.new_link'))),
    ],
  },
  'confirm-email-change': {
    title: 'confirm_change.title',
    of: 'anyone',
    show: () => [
      paragraph(text('confirm_change.what')),
      form({
        submit: text('confirm_change.submit'),
        send: () => api.POST('/v0/auth/confirm-email-change', { body: { token: token() } }),
        done: after('sign-in', 'confirm_change.done'),
      }),
      toSignIn(),
    ],
  },
  'undo-email-change': {
    title: 'undo_change.title',
    of: 'anyone',
    show: () => [
      paragraph(text('undo_change.what')),
      form({
        submit: text('undo_change.submit'),
        send: () => api.POST('/v0/auth/undo-email-change', { body: { token: token() } }),
        done: after('sign-in', 'undo_change.done'),
      }),
      toSignIn(),
    ],
  },
  'confirm-deletion': {
    title: 'deletion.title',
    of: 'anyone',
    show: () => [
      paragraph(text('deletion.what')),
      form({
        submit: text('deletion.submit'),
        kind: 'danger',
        send: () => api.POST('/v0/user/me/deletion/confirm', { body: { token: token() } }),
        done: after('sign-in', 'said.account_deleted'),
      }),
      toSignIn(),
    ],
  },
  impersonate: {
    title: 'impersonate.title',
    of: 'anyone',
    show: () => [
      paragraph(text('impersonate.what')),
      form({
        submit: text('impersonate.open'),
        send: () => api.POST('/v0/auth/impersonation', { body: { token: tokenInFragment() } }),
        done: () => go('profile'),
      }),
    ],
  },
  'accept-invitation': {
    title: 'invitation.title',
    of: 'anyone',
    show: async () => [
      paragraph(text('invitation.what')),
      form({
        fields: [
          displayName(),
          { ...handle(), hint: text('field.offered_handle_hint') },
          await newPassword('password', text('field.password')),
        ],
        submit: text('sign_up.submit'),
        send: ({ display_name, handle, password }) =>
          api.POST('/v0/auth/accept-invitation', {
            body: {
              token: token(),
              locale: language().tag,
              ...(display_name && { display_name }),
              ...(handle && { handle }),
              ...(password && { password }),
            },
          }),
        about: { 'user:handle_already_exists': 'handle', 'password:new_password_missing': 'password' },
        done: after('profile', 'said.welcome'),
      }),
      toSignIn(),
    ],
  },
}
