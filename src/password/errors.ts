import type { ErrorTable } from '../errors/table.ts'

export const passwordErrors = {
  'password:required_for_update': {
    status: 400,
    title: 'Current password required',
    description: 'no current_password given',
  },
  'password:incorrect': {
    status: 400,
    title: 'Current password incorrect',
    description: 'the confirming password is wrong; also POST /v0/auth/reauthenticate',
  },
  'password:cannot_update_oauth_only': {
    status: 400,
    title: 'OAuth-only account cannot update password',
    description: 'the account signs in through OAuth only',
  },
  'password:new_password_missing': {
    status: 400,
    title: 'New password missing',
    description: 'no new_password given; also reset-password and set-initial-password',
  },
  'password:already_set': {
    status: 400,
    title: 'Password already set',
    description: 'the account has a password',
  },
} as const satisfies ErrorTable<'password'>
