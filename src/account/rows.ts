import type { Rows } from '../db/rows.ts'

export const accountRows = {
  otherwise: { security_events: 'what happened and when stays; where from, and what else was noted, goes' },
  events: ['profile_changed', 'data_exported', 'deletion_requested'],
} as const satisfies Rows
