import type { Rows } from '../db/rows.ts'

export const throttlingRows: Rows = {
  expired: { rate_counters: 'resets_at < now()', failed_attempts: 'forgotten_at < now()' },
}
