import { OperatorError } from '../sign-in/operator-error.ts'
import type { OperatorAct } from '../sign-in/room.ts'
import { findPasskeys } from './list.ts'
import { removePasskeys } from './remove.ts'

export const passkeyActs = {
  'delete-passkeys': async (tx, deps, user, { passkey }) => {
    const own = await findPasskeys(tx, user.id)
    const [first, ...others] = passkey === undefined ? own : own.filter(({ id }) => id === passkey)
    if (first === undefined) {
      if (passkey !== undefined) throw new OperatorError(`The account has no passkey ${passkey}.`)
      return 'The account has no passkeys.'
    }
    await removePasskeys(tx, deps, { user, gone: [first, ...others], by: 'operator' })
    const what = others.length === 0 ? 'One passkey is' : `${others.length + 1} passkeys are`
    return `${what} deleted, what they had opened has ended, and the owner is told by mail.`
  },
} as const satisfies Record<string, OperatorAct>
