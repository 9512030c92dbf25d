import { field, isYes } from '../entry.ts'
import type { Format } from '../format.ts'

/** Postern's own format: one JSON object a line. Each value is taken as it is, or the account is refused. */
export const postern: Format = {
  layout: { isLines: true, mostBytes: 64 * 1024 },
  find: (record) => ({
    email: record.email,
    isVerified: field(record, 'email_verified') === undefined || isYes(record.email_verified),
    handle: record.handle,
    displayName: record.display_name,
    locale: field(record, 'locale'),
    passwordHash: field(record, 'password_hash'),
    createdAt: field(record, 'created_at'),
  }),
}
