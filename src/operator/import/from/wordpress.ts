import { asName, field, firstField } from '../entry.ts'
import type { Format } from '../format.ts'

/**
 * Rows of `wp_users`, or what `wp user list` prints with user_pass. WordPress does not say whether an address is
 * verified, but mails the link to a first password there. https://developer.wordpress.org/cli/commands/user/list/
 */
export const wordpress: Format = {
  layout: {},
  find: (record) => ({
    email: field(record, 'user_email'),
    // In a multisite network 1 marks a user as spam or deleted.
    isDisabled: [record.spam, record.deleted, record.user_status].some((value) => Number(value ?? 0) > 0),
    names: [asName(field(record, 'user_login'))],
    displayName: firstField(record, 'display_name', 'user_login'),
    passwordHash: field(record, 'user_pass'),
    createdAt: field(record, 'user_registered'),
  }),
}
