import type { Rows } from '../db/rows.ts'

/** Its sessions are rows of `sessions`. */
export const impersonationRows = {
  events: ['impersonation_started', 'impersonation_ended'],
} as const satisfies Rows
