import { kept, type Rows } from '../db/rows.ts'
import { pendingLogins } from '../db/schema/pending-logins.ts'
import { devices } from '../db/schema/users.ts'

export const signInRows = {
  personal: [devices, pendingLogins],
  expired: { pending_logins: `expires_at < now() - ${kept}` },
  events: ['second_factor_reset', 'login_succeeded', 'login_failed', 'attempts_forgiven', 'device_added'],
} as const satisfies Rows
