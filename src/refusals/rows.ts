import type { Rows } from '../db/rows.ts'
import { refusals } from '../db/schema/refusals.ts'

export const refusalRows = {
  personal: [refusals],
  expired: { refusals: "refused_at < now() - interval '7 days'" },
} as const satisfies Rows
