import type { ErrorTable } from '../errors/table.ts'

export const authErrors = {
  'auth:invalid_credentials': {
    status: 401,
    title: 'Invalid email/password combination',
    description:
      'unknown e-mail, wrong password, account without a password, deleted account: one answer, as many argon2 verifications for a registered address as for any other',
  },
} as const satisfies ErrorTable<'auth'>
