import type { Rows } from '../db/rows.ts'

export const mailedCodeRows = {
  events: ['email_sign_in_requested'],
} as const satisfies Rows
