import { field, firstField, isFields, isYes } from '../entry.ts'
import type { Format } from '../format.ts'
import { isAhead, readInstant } from '../instant.ts'

/**
 * Rows of `auth.users`, as CSV or JSON, or what the admin API lists.
 * https://supabase.com/docs/guides/auth/managing-user-data
 */
export const supabase: Format = {
  layout: { lists: ['users'] },
  find: (record) => {
    const person = inJson(firstField(record, 'raw_user_meta_data', 'user_metadata'))
    return {
      email: field(record, 'email'),
      // `confirmed_at` is also set if only the phone number was confirmed.
      isVerified: readInstant(field(record, 'email_confirmed_at')) !== undefined,
      isDisabled:
        isAhead(field(record, 'banned_until')) ||
        field(record, 'deleted_at') !== undefined ||
        isYes(record.is_anonymous),
      names: [firstField(person, 'user_name', 'preferred_username', 'username')],
      displayName: firstField(person, 'full_name', 'name', 'display_name', 'user_name'),
      passwordHash: field(record, 'encrypted_password'),
      createdAt: field(record, 'created_at'),
    }
  },
}

/** Parses a JSON column, which a CSV has as text. */
function inJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    const read: unknown = JSON.parse(value)
    return isFields(read) ? read : undefined
  } catch {
    // The account is imported without a name from this column.
    return undefined
  }
}
