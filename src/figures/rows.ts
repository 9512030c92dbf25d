import type { Rows } from '../db/rows.ts'
import { activeUsers } from '../db/schema/figures.ts'

export const figureRows = {
  personal: [activeUsers],
  expired: { active_users: "day < now() - interval '3 days'", figures: "hour < now() - interval '400 days'" },
} as const satisfies Rows
