import type { Rows } from '../db/rows.ts'

export const accountRows: Rows = {
  otherwise: { security_events: 'what happened and when stays; where from, and what else was noted, goes' },
}
