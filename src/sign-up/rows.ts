import type { Rows } from '../db/rows.ts'

export const signUpRows: Rows = {
  // Handles follow their sign-ups.
  expired: { sign_ups: `expires_at < now() - interval '1 day'` },
}
