import type { ErrorTable } from '../errors/table.ts'

export const passwordErrors = {
  'password:required_for_update': {
    status: 400,
    title: 'Current password required',
    description: 'no current_password given',
    meaning: 'The present password is missing; nothing was changed.',
    advice: 'Mark the field and ask for it.',
  },
  'password:incorrect': {
    status: 400,
    title: 'Current password incorrect',
    description: 'the confirming password is wrong; also POST /v0/auth/reauthenticate',
    meaning: 'The present password is not this one; the session goes on.',
    advice: 'Mark the field and let the user try again: wrong tries count and in the end make everyone wait.',
  },
  'password:cannot_update_oauth_only': {
    status: 400,
    title: 'OAuth-only account cannot update password',
    description: 'the account signs in through OAuth only',
    meaning: 'There is no password to change: the account signs in through a provider.',
    advice: 'Offer set-initial-password instead; `has_password` of GET /v0/user/me tells beforehand.',
  },
  'password:new_password_missing': {
    status: 400,
    title: 'New password missing',
    description: 'no new_password given; also reset-password and set-initial-password',
    meaning: 'The new password is missing; nothing was changed and no link is used up.',
    advice: 'Mark the field and ask for it.',
  },
  'password:already_set': {
    status: 400,
    title: 'Password already set',
    description: 'the account has a password',
    meaning: 'The account has a password already, and it stays.',
    advice: 'Offer to change the password instead; another tab may have set it.',
  },
  'password:check_unavailable': {
    status: 503,
    title: 'Password cannot be checked',
    description:
      'BREACHED_PASSWORDS_REQUIRED is on, and whether the new password is known from breaches cannot be looked up; ' +
      'also reset-password, change-password and set-initial-password',
    meaning: 'The list of leaked passwords cannot be asked right now; nothing was changed and no link is used up.',
    advice: 'Say that it is not the password, keep what was typed, and try again after Retry-After.',
  },
} as const satisfies ErrorTable<'password'>
