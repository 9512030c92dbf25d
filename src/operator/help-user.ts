import { eq } from 'drizzle-orm'
import { eraseAccount } from '../accounts/erase-account.ts'
import { audit } from '../accounts/history.ts'
import { isLastAdmin } from '../accounts/keep-last-admin.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import { endHeldLogins } from '../credentials/end-held-logins.ts'
import { endSessions } from '../credentials/end-sessions.ts'
import { totpSecrets } from '../db/schema/totp.ts'
import { devices, users } from '../db/schema/users.ts'
import type { Deps } from '../deps.ts'
import { mailPasswordLink } from '../password/forgot.ts'
import { forgiveAttempts } from '../throttling/attempts.ts'
import { removeTotp } from '../totp/disable.ts'
import { isMeant } from './is-meant.ts'
import { banByOperator, unbanByOperator } from './operate-bans.ts'
import { OperatorError } from './operator-error.ts'
import { recoverAccount, usualReachMs } from './recover-account.ts'
import { describeState, readUserState } from './user-state.ts'
import { findWaitingSignUp, resendTo } from './waiting-sign-up.ts'

/** What an operator may do for a user, who asked for it; nobody sees or sets a password or a TOTP secret [AZ5]. */
export type OperatorDeps = Pick<Deps, 'config' | 'pool' | 'replicas' | 'keyring' | 'jobs' | 'searchIndex'>

type User = typeof users.$inferSelect

/** What an act may be told besides. */
export type ActOptions = {
  /** Of `take-back`: the moment from which on what was added is somebody else's. */
  readonly since?: Date | undefined
  /** Of `ban`: its end; for good without one. */
  readonly until?: Date | undefined
  /** Of `ban`: what its owner reads. */
  readonly reason?: string | undefined
  /** Of `show`: as JSON. */
  readonly json?: boolean | undefined
}

type Act = (tx: AccountTransaction, deps: OperatorDeps, user: User, options: ActOptions) => Promise<string>

const byOperator = { client: undefined, metadata: { by: 'operator' } } as const

/** Each says what it did. */
export const userActs = {
  show: async (tx, { config }, user, { json }) => {
    const state = await readUserState(tx, config, user)
    return json ? JSON.stringify(state, null, 2) : describeState(state)
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
  'end-sessions': async (tx, _, user) => {
    await endSessions(tx, user.id, { reason: 'revoked' })
    await endHeldLogins(tx, user.id)
    await audit(tx, { type: 'session_revoked', userId: user.id, ...byOperator })
    return 'Every session has ended, and so has every login that was under way.'
  },
  'forget-devices': async (tx, _, user) => {
    const forgotten = await tx.delete(devices).where(eq(devices.userId, user.id)).returning({ id: devices.id })
    for (const _device of forgotten) await audit(tx, { type: 'device_forgotten', userId: user.id, ...byOperator })
    return `${forgotten.length} devices are forgotten: each needs a mailed link at its next sign-in.`
  },
  'reset-totp': async (tx, deps, user) => {
    if (user.totpEnabledAt === null) return 'TOTP is off already.'
    await removeTotp(tx, deps, { user, client: undefined })
    return 'TOTP is off, and the owner is told by mail.'
  },
  'send-password-link': async (tx, deps, user) => {
    await audit(tx, { type: 'password_reset_requested', userId: user.id, ...byOperator })
    await mailPasswordLink(tx, deps, user)
    return 'A link to set a password is on its way to the address of the account.'
  },
  'confirm-totp': async (tx, _, user) => {
    if (user.totpEnabledAt === null) return 'TOTP is off: there is nothing to confirm.'
    await tx.update(totpSecrets).set({ isVouchedFor: true }).where(eq(totpSecrets.userId, user.id))
    await audit(tx, { type: 'totp_confirmed', userId: user.id, ...byOperator })
    return (
      'The codes of its app count as a second factor from now on. A session that is open shows it once a ' +
      'code is posted to /v0/auth/reauthenticate.'
    )
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

/** Gives what was done, or nothing where there is neither such an account nor a sign-up that waits. */
export function helpUser(
  deps: OperatorDeps,
  name: string,
  act: UserAct,
  options: ActOptions = {},
): Promise<string | undefined> {
  return changeAccounts(deps, async (tx) => {
    const [user] = await tx.select().from(users).where(isMeant(tx, name)).for('update')
    if (user) return userActs[act](tx, deps, user, options)
    const waiting = await findWaitingSignUp(tx, name)
    if (waiting === undefined) return undefined
    if (act === 'resend') return resendTo(tx, deps, waiting)
    if (act === 'show') return options.json ? JSON.stringify(waiting, null, 2) : describeState(waiting)
    throw new OperatorError(`${name} has not verified the address yet: only show and resend are for it.`)
  })
}
