import { eraseAccount } from '../accounts/erase-account.ts'
import { audit } from '../accounts/history.ts'
import { isLastAdmin } from '../accounts/keep-last-admin.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import { forgetDevices } from '../credentials/devices.ts'
import { users } from '../db/schema/users.ts'
import { isUuid } from '../http/validation.ts'
import { mailPasswordLink } from '../password/forgot.ts'
import { endSessionOf } from '../sessions/revoke.ts'
import { endAccess } from '../sign-in/end-access.ts'
import { rooms } from '../sign-in/hallway.ts'
import { OperatorError } from '../sign-in/operator-error.ts'
import type { ActOptions, OperatorAct, OperatorDeps } from '../sign-in/room.ts'
import { forgiveAttempts } from '../throttling/attempts.ts'
import { changeActs } from './change-acts.ts'
import { isMeant } from './is-meant.ts'
import { banByOperator, unbanByOperator } from './operate-bans.ts'
import { recoverAccount, usualReachMs } from './recover-account.ts'
import { describeState, readUserState, stateAsData } from './user-state.ts'
import { findWaitingSignUp, resendTo } from './waiting-sign-up.ts'

type User = typeof users.$inferSelect

/** What was done or found, as text; `data` is set if there is more than a sentence. */
type Told = { readonly says: string; readonly data?: unknown }

type Act = (tx: AccountTransaction, deps: OperatorDeps, user: User, options: ActOptions) => Promise<string | Told>

const byOperator = { client: undefined, metadata: { by: 'operator' } } as const

type RoomAct<One> = One extends { readonly operatorActs: infer Acts } ? keyof Acts : never

const roomActs = Object.assign(
  {},
  ...rooms.map((room) => ('operatorActs' in room ? room.operatorActs : {})),
) as Readonly<Record<RoomAct<(typeof rooms)[number]>, OperatorAct>>

/**
 * What an operator may do for a user at the user's request; each act returns what it did. No act shows or sets a
 * password or the secret of a second factor [AZ5].
 */
export const userActs = {
  show: async (tx, { config }, user) => {
    const state = await readUserState(tx, config, user)
    return { says: describeState(state), data: stateAsData(state) }
  },
  unlock: async (tx, _, user) => {
    const forgiven = await forgiveAttempts(tx, user.id)
    if (forgiven === 0) return 'No tries are counted: nothing is locked.'
    await audit(tx, { type: 'attempts_forgiven', userId: user.id, ...byOperator })
    return 'Wrong tries are forgotten: the next one is checked at once.'
  },
  resend: async () => {
    throw new OperatorError('The address is verified already: send-password-link mails a link to set a password.')
  },
  ban: async (tx, _, user, options) => {
    if (await isLastAdmin(tx, user.id))
      throw new OperatorError('This is the last administrator: make somebody else one first.')
    return banByOperator(tx, user.id, options)
  },
  unban: (tx, _, user) => unbanByOperator(tx, user.id),
  'end-sessions': async (tx, _, user, { session }) => {
    if (session !== undefined) {
      const isEnded = isUuid(session) && (await endSessionOf(tx, user.id, session))
      if (!isEnded) throw new OperatorError(`The account has no session ${session}.`)
      const metadata = { session_id: session, by: 'operator' }
      await audit(tx, { type: 'session_revoked', userId: user.id, client: undefined, metadata })
      return 'The session has ended.'
    }
    await endAccess(tx, user.id)
    await audit(tx, { type: 'session_revoked', userId: user.id, ...byOperator })
    return 'Every session has ended, and so has every login and every change of the address that was under way.'
  },
  'forget-devices': async (tx, _, user, { device }) => {
    if (device !== undefined && !isUuid(device)) throw new OperatorError(`The account has no device ${device}.`)
    const forgotten = await forgetDevices(tx, user.id, device)
    for (let n = 0; n < forgotten; n++) await audit(tx, { type: 'device_forgotten', userId: user.id, ...byOperator })
    return `${forgotten} devices are forgotten: each needs a mailed link at its next sign-in.`
  },
  ...roomActs,
  ...changeActs,
  'send-password-link': async (tx, deps, user) => {
    await audit(tx, { type: 'password_reset_requested', userId: user.id, ...byOperator })
    await mailPasswordLink(tx, deps, user)
    return 'A link to set a password is on its way to the address of the account.'
  },
  'take-back': (tx, deps, user, { since = new Date(Date.now() - usualReachMs) }) =>
    recoverAccount(tx, deps, user, since),
  delete: async (tx, deps, user) => {
    if (await isLastAdmin(tx, user.id))
      throw new OperatorError('This is the last administrator: make somebody else one first.')
    await audit(tx, { type: 'deletion_requested', userId: user.id, ...byOperator })
    await eraseAccount(deps, tx, user.id)
    return 'The account is erased; its handle stays taken.'
  },
} as const satisfies Record<string, Act>

export type UserAct = keyof typeof userActs

/** Returns undefined if the name belongs neither to an account nor to a sign-up that waits for verification. */
export function helpUser(
  deps: OperatorDeps,
  name: string,
  act: UserAct,
  options: ActOptions = {},
): Promise<Told | undefined> {
  return changeAccounts(deps, async (tx) => {
    const [user] = await tx.select().from(users).where(isMeant(tx, name)).for('update')
    if (user) return told(await userActs[act](tx, deps, user, options))
    const waiting = await findWaitingSignUp(tx, name)
    if (waiting === undefined) return undefined
    if (act === 'resend') return told(await resendTo(tx, deps, waiting))
    if (act === 'show') return { says: describeState(waiting), data: waiting }
    throw new OperatorError(`${name} has not verified the address yet: only show and resend are for it.`)
  })
}

const told = (outcome: string | Told): Told => (typeof outcome === 'string' ? { says: outcome } : outcome)
