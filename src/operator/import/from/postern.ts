import { field, isYes } from '../entry.ts'
import type { Format } from '../format.ts'

/** Our own: one JSON object a line, and what it names is taken as it is or not at all. */
export const postern: Format = {
  layout: { isLines: true, mostBytes: 64 * 1024 },
  find: (record) => ({
    email: record.email,
    isVerified: field(record, 'email_verified') === undefined || isYes(record.email_verified),
    handle: record.handle,
    displayName: record.display_name,
    passwordHash: field(record, 'password_hash'),
    createdAt: field(record, 'created_at'),
  }),
}
