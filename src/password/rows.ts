import type { Rows } from '../db/rows.ts'

export const passwordRows = {
  events: ['password_changed', 'password_set', 'password_reset_requested', 'password_reset', 'password_breached'],
} as const satisfies Rows
