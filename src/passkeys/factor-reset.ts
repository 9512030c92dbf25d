import type { FactorReset } from '../sign-in/room.ts'
import { findPasskeys } from './list.ts'
import { removePasskeys } from './remove.ts'

export const passkeyReset: FactorReset = {
  isWayIn: true,
  remove: async (tx, deps, { by, ...user }) => {
    const [first, ...others] = await findPasskeys(tx, user.id)
    if (first === undefined) return []
    await removePasskeys(tx, deps, { user, gone: [first, ...others], by })
    return [{ what: 'passkeys', count: 1 + others.length }]
  },
}
