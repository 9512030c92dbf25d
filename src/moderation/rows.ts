import type { Rows } from '../db/rows.ts'
import { userRoles } from '../db/schema/users.ts'

export const moderationRows = {
  personal: [userRoles],
  otherwise: { moderation_logs: 'what was done, by whom and to whom, by ids' },
  events: ['role_granted', 'role_revoked', 'banned', 'unbanned'],
} as const satisfies Rows
