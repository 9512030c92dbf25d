import type { Rows } from '../db/rows.ts'
import { userRoles } from '../db/schema/users.ts'

export const moderationRows: Rows = {
  personal: [userRoles],
}
