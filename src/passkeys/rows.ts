import { kept, type Rows } from '../db/rows.ts'
import { passkeys } from '../db/schema/passkeys.ts'

export const passkeyRows = {
  personal: [passkeys],
  expired: {
    passkeys: `deleted_at < now() - ${kept}`,
    // Of replicas whose clocks are wrong none takes one that was swept for a good one.
    spent_challenges: `expires_at < now() - interval '1 day'`,
  },
  events: ['passkey_added', 'passkey_renamed', 'passkey_deleted', 'passkey_clone_suspected'],
} as const satisfies Rows
