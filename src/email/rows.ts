import type { Rows } from '../db/rows.ts'

export const emailRows = {
  events: ['email_change_requested', 'email_changed', 'email_change_undone'],
} as const satisfies Rows
