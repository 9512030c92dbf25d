import { type Fields, field, firstField, isYes } from '../entry.ts'
import type { Format } from '../format.ts'

/**
 * Rows of the tables `user` and `account`: two lists of one document, two files (--hashes), accounts nested in their
 * users, or joined rows. https://www.better-auth.com/docs/concepts/database
 */
export const betterAuth: Format = {
  layout: { lists: ['user', 'users'] },
  find: (record) => ({
    // A joined row may have the account's `id`.
    id: firstField(record, 'userId', 'user_id', 'id'),
    email: field(record, 'email'),
    isVerified: isYes(firstField(record, 'emailVerified', 'email_verified')),
    isDisabled: isYes(field(record, 'banned')) || isYes(firstField(record, 'isAnonymous', 'is_anonymous')),
    names: [firstField(record, 'username', 'displayUsername', 'display_username')],
    displayName: field(record, 'name'),
    passwordHash: field(record, 'password') ?? passwordWithin(record),
    createdAt: firstField(record, 'createdAt', 'created_at'),
  }),
  hashes: {
    layout: { lists: ['account', 'accounts'] },
    isInSameFile: true,
    find: (record) => ({ id: firstField(record, 'userId', 'user_id'), passwordHash: passwordOf(record) }),
  },
}

/** Only rows with the provider `credential` have a password; the others are connections to providers. */
const passwordOf = (account: Fields): unknown =>
  firstField(account, 'providerId', 'provider_id') === 'credential' ? field(account, 'password') : undefined

function passwordWithin(record: Fields): unknown {
  const accounts = [firstField(record, 'accounts', 'account')].flat() as Fields[]
  return accounts.map(passwordOf).find((password) => password !== undefined)
}
