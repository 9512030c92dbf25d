import { eq } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { totpSecrets } from '../db/schema/totp.ts'
import type { OperatorAct } from '../sign-in/room.ts'
import { removeTotp } from './disable.ts'

export const totpActs = {
  'reset-totp': async (tx, deps, user) => {
    if (user.totpEnabledAt === null) return 'TOTP is off already.'
    await removeTotp(tx, deps, { user, by: 'operator' })
    return 'TOTP is off, and the owner is told by mail.'
  },
  'confirm-totp': async (tx, _, user) => {
    if (user.totpEnabledAt === null) return 'TOTP is off: there is nothing to confirm.'
    await tx.update(totpSecrets).set({ isVouchedFor: true }).where(eq(totpSecrets.userId, user.id))
    await audit(tx, { type: 'totp_confirmed', userId: user.id, client: undefined, metadata: { by: 'operator' } })
    return (
      'The codes of its app count as a second factor from now on. A session that is open shows it once a ' +
      'code is posted to /v0/auth/reauthenticate.'
    )
  },
} as const satisfies Record<string, OperatorAct>
