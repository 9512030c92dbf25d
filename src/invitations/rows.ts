import { kept, type Rows } from '../db/rows.ts'
import { invitations } from '../db/schema/invitations.ts'

export const invitationRows = {
  // Those of its address that nobody accepted are erased with an account, too. Those that it sent name it by its id.
  personal: [invitations],
  expired: { invitations: `expires_at < now() - ${kept}` },
} as const satisfies Rows
