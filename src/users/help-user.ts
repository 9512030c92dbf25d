import { and, count, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Config } from '../config.ts'
import type { Database } from '../db/client.ts'
import { sessions } from '../db/schema/sessions.ts'
import { totpSecrets } from '../db/schema/totp.ts'
import { devices, securityEvents, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { findConnections, findWorkingConnections } from '../oauth/connections.ts'
import { ownIssuers } from '../oauth/find-provider.ts'
import { mailPasswordLink } from '../password/forgot.ts'
import { type AccountTransaction, changeAccounts } from '../sessions/change-accounts.ts'
import { endSessions } from '../sessions/end.ts'
import { endHeldLogins } from '../sessions/hold-login.ts'
import { totpCountsFrom } from '../totp/counts.ts'
import { removeTotp } from '../totp/disable.ts'
import { audit } from './audit.ts'
import { isBanned } from './banned.ts'
import { eraseAccount } from './erase-account.ts'
import { isMeant } from './is-meant.ts'
import { isLastAdmin } from './keep-last-admin.ts'
import { printable } from './printable.ts'
import { recoverAccount, usualReachMs } from './recover-account.ts'
import { heldRoles } from './roles.ts'

/** What an operator may do for a user, who asked for it; nobody sees or sets a password or a TOTP secret [AZ5]. */
export type OperatorDeps = Pick<Deps, 'config' | 'pool' | 'replicas' | 'keyring' | 'jobs' | 'searchIndex'>

type User = typeof users.$inferSelect
/** `since`: of `take-back`, the moment from which on what was added is somebody else's. */
type Act = (tx: AccountTransaction, deps: OperatorDeps, user: User, since: Date) => Promise<string>

const byOperator = { client: undefined, metadata: { by: 'operator' } } as const

/** Each says what it did. */
export const userActs = {
  show: (tx, { config }, user) => describeUser(tx, config, user),
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
    const config = { ...deps.config, mailDelivery: 'queue' as const }
    await mailPasswordLink(tx, { ...deps, config }, user, undefined)
    return 'A link to set a password is on its way to the address of the account.'
  },
  'confirm-totp': async (tx, _, user) => {
    if (user.totpEnabledAt === null) return 'TOTP is off: there is nothing to confirm.'
    await tx.update(totpSecrets).set({ isVouchedFor: true }).where(eq(totpSecrets.userId, user.id))
    await audit(tx, { type: 'totp_confirmed', userId: user.id, ...byOperator })
    return 'The codes of its app count as a second factor from now on. A session that is open shows it once a code is posted to /v0/auth/reauthenticate.'
  },
  'take-back': recoverAccount,
  delete: async (tx, deps, user) => {
    if (await isLastAdmin(tx, user.id)) throw new Error('This is the last administrator: make somebody else one first.')
    await audit(tx, { type: 'deletion_requested', userId: user.id, ...byOperator })
    await eraseAccount(deps, tx, user.id)
    return 'The account is erased; its handle stays taken.'
  },
} as const satisfies Record<string, Act>

export type UserAct = keyof typeof userActs

/** Gives what was done, or nothing where there is no such account. */
export function helpUser(
  deps: OperatorDeps,
  name: string,
  act: UserAct,
  since = new Date(Date.now() - usualReachMs),
): Promise<string | undefined> {
  return changeAccounts(deps, async (tx) => {
    const [user] = await tx.select().from(users).where(isMeant(tx, name)).for('update')
    return user && userActs[act](tx, deps, user, since)
  })
}

const shownEvents = 10

async function describeUser(tx: Transaction, config: Config, user: User): Promise<string> {
  const [state] = await tx
    .select({ roles: heldRoles, isBanned, totpCountsFrom: totpCountsFrom(sql`${user.id}::uuid`) })
    .from(users)
    .where(eq(users.id, user.id))
  const isLive = and(eq(sessions.userId, user.id), isNull(sessions.endedAt), sql`${sessions.expiresAt} > now()`)
  const [live] = await tx.select({ count: count() }).from(sessions).where(isLive)
  const [known] = await tx.select({ count: count() }).from(devices).where(eq(devices.userId, user.id))
  const connections = await findConnections(tx, user.id)
  const working = await findWorkingConnections(tx, ownIssuers(config), user.id)
  const isWorking = (id: string): boolean => working.some((one) => one.id === id)
  const until = user.bannedUntil === null ? 'for good' : `until ${user.bannedUntil.toISOString()}`
  const facts: Record<string, string> = {
    id: user.id,
    email: user.email,
    handle: user.handle,
    name: user.displayName,
    created: user.createdAt.toISOString(),
    roles: state?.roles.join(', ') || 'none',
    banned: state?.isBanned ? `${until}: ${user.banReason}` : 'no',
    password: user.passwordHash === null ? 'none' : 'set',
    TOTP:
      user.totpEnabledAt === null
        ? 'off'
        : `on since ${user.totpEnabledAt.toISOString()}, a second factor from ${state?.totpCountsFrom?.toISOString()}`,
    providers:
      connections.map(({ id, slug }) => (isWorking(id) ? slug : `${slug} (no longer works)`)).join(', ') || 'none',
    sessions: String(live?.count ?? 0),
    devices: String(known?.count ?? 0),
  }
  const events = await lastEvents(tx, user.id)
  return [
    ...Object.entries(facts).map(([name, value]) => `${name.padEnd(10)} ${printable(value)}`),
    'last events:',
    ...events,
  ].join('\n')
}

async function lastEvents(db: Database, userId: string): Promise<string[]> {
  const rows = await db
    .select()
    .from(securityEvents)
    .where(eq(securityEvents.userId, userId))
    .orderBy(desc(securityEvents.createdAt), desc(securityEvents.id))
    .limit(shownEvents)
  return rows.map(({ type, createdAt, ipAddress }) =>
    `  ${createdAt.toISOString()} ${type} ${ipAddress ?? ''}`.trimEnd(),
  )
}
