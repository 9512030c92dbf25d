import type { Rows } from '../db/rows.ts'

export const signUpRows = {
  // Reserved handles are deleted with their sign-ups.
  expired: { sign_ups: `expires_at < now() - interval '1 day'` },
  events: ['sign_up'],
} as const satisfies Rows
