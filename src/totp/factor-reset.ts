import { and, eq, isNotNull } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import type { FactorReset } from '../sign-in/room.ts'
import { removeTotp } from './disable.ts'

export const totpReset: FactorReset = {
  isWayIn: false,
  remove: async (tx, deps, { by, ...user }) => {
    const isOn = and(eq(users.id, user.id), isNotNull(users.totpEnabledAt))
    const [on] = await tx.select({ id: users.id }).from(users).where(isOn)
    if (on === undefined) return []
    await removeTotp(tx, deps, { user, by })
    return [{ what: 'totp' }]
  },
}
