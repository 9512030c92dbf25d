import { kept, type Rows } from '../db/rows.ts'
import { passkeys } from '../db/schema/passkeys.ts'

export const passkeyRows = {
  personal: [passkeys],
  expired: {
    passkeys: `deleted_at < now() - ${kept}`,
    // Kept a day longer than they are good, as a replica whose clock is wrong may still accept an expired one.
    spent_challenges: `expires_at < now() - interval '1 day'`,
  },
  events: ['passkey_added', 'passkey_renamed', 'passkey_deleted', 'passkey_clone_suspected'],
} as const satisfies Rows
