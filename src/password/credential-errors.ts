import type { ErrorTable } from '../errors/table.ts'

export const authErrors = {
  'auth:invalid_credentials': {
    status: 401,
    title: 'Invalid email/password combination',
    description:
      'unknown e-mail, wrong password, account without a password, deleted account: one answer, as many argon2 ' +
      'verifications for a registered address as for any other',
    meaning:
      'Address and password do not open an account. The answer never tells which of the two is wrong, or ' +
      'whether there is an account.',
    advice:
      'Show one message for both fields and offer to reset the password. Do not repeat by itself: wrong tries count.',
  },
} as const satisfies ErrorTable<'auth'>
