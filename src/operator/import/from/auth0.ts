import { asName, field, firstField, isYes } from '../entry.ts'
import type { Format } from '../format.ts'

/**
 * The bulk export of users, or the export of their hashes that Auth0's support sends; or the first with the second as
 * --hashes. https://auth0.com/docs/manage-users/user-migration
 */
export const auth0: Format = {
  layout: {},
  find: (record) => ({
    id: firstField(record, 'user_id', 'Id'),
    email: firstField(record, 'email', 'Email'),
    isVerified: isYes(firstField(record, 'email_verified', 'Email Verified')),
    isDisabled: isYes(field(record, 'blocked')),
    names: [firstField(record, 'username', 'Username'), asName(firstField(record, 'nickname', 'Nickname'))],
    displayName: firstField(record, 'name', 'Name', 'nickname'),
    passwordHash:
      firstField(record, 'passwordHash', 'password_hash') ?? field(record, 'custom_password_hash', 'hash', 'value'),
    createdAt: firstField(record, 'created_at', 'Created At'),
  }),
  hashes: {
    layout: {},
    isInSameFile: false,
    find: (record) => ({
      id: `auth0|${field(record, '_id', '$oid') ?? field(record, '_id')}`,
      passwordHash: field(record, 'passwordHash'),
    }),
  },
}
