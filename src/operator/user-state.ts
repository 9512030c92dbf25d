import { and, count, desc, eq } from 'drizzle-orm'
import { isBanned } from '../accounts/banned.ts'
import { findConnections, findWorkingConnections } from '../accounts/connections.ts'
import { heldRoles } from '../accounts/roles.ts'
import type { Config } from '../config/config.ts'
import { ownIssuers } from '../config/own-providers.ts'
import { workingRpIds } from '../config/relying-party.ts'
import { isLive } from '../credentials/live.ts'
import type { Database } from '../db/database.ts'
import { sessions } from '../db/schema/sessions.ts'
import { devices, securityEvents, users } from '../db/schema/users.ts'
import { findPasskeys } from '../passkeys/list.ts'
import { findFactors } from '../sign-in/factors.ts'
import { printable } from '../text/printable.ts'
import { findLocks } from '../throttling/attempts.ts'
import { findRests } from '../throttling/rest.ts'
import type { WaitingSignUp } from './waiting-sign-up.ts'

type User = typeof users.$inferSelect
export type UserState = Awaited<ReturnType<typeof readUserState>>

/** What an operator may know about an account: enough to help its owner, and nothing that opens it [AZ5]. */
export async function readUserState(tx: Database, config: Config, user: User) {
  const [state] = await tx.select({ roles: heldRoles, isBanned }).from(users).where(eq(users.id, user.id))
  const [live] = await tx
    .select({ count: count() })
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), isLive))
  const [known] = await tx.select({ count: count() }).from(devices).where(eq(devices.userId, user.id))
  const connections = await findConnections(tx, user.id)
  const factors = await findFactors(tx, user.id)
  const working = await findWorkingConnections(tx, ownIssuers(config), user.id)
  return {
    id: user.id,
    email: user.email,
    handle: user.handle,
    name: user.displayName,
    created: user.createdAt,
    roles: state?.roles ?? [],
    ban: state?.isBanned ? { until: user.bannedUntil, reason: user.banReason } : null,
    password: user.passwordHash !== null,
    factors,
    providers: connections.map(({ id, slug }) => ({ slug, works: working.some((one) => one.id === id) })),
    passkeys: await listPasskeys(tx, config, user.id),
    locks: [...(await findLocks(tx, user.id)), ...(await findRests(tx, config, user))],
    sessions: live?.count ?? 0,
    devices: known?.count ?? 0,
    events: await lastEvents(tx, user.id),
  }
}

/** The state as `--json` prints it, with each second factor as a member of its own. */
export function stateAsData({ factors, ...state }: UserState): Readonly<Record<string, unknown>> {
  const byName = factors.map(({ name, since, countsFrom }) => [name, since && { since, countsFrom }] as const)
  return { ...state, ...Object.fromEntries(byName) }
}

async function listPasskeys(tx: Database, config: Config, userId: string) {
  const own = await findPasskeys(tx, userId)
  return own.map(({ id, name, rpId: domain, createdAt, lastUsedAt, backedUp }) => {
    const works = workingRpIds(config).includes(domain)
    return { id, name, domain, works, created: createdAt, lastUsed: lastUsedAt, backedUp }
  })
}

const shownEvents = 10

async function lastEvents(db: Database, userId: string) {
  const rows = await db
    .select()
    .from(securityEvents)
    .where(eq(securityEvents.userId, userId))
    .orderBy(desc(securityEvents.createdAt), desc(securityEvents.id))
    .limit(shownEvents)
  return rows.map(({ type, createdAt, ipAddress }) => ({ at: createdAt, type, address: ipAddress }))
}

/** The state as text, one line for each fact. */
export function describeState(state: UserState | WaitingSignUp): string {
  const facts = 'unverified' in state ? factsOfSignUp(state) : factsOfUser(state)
  const lines = Object.entries(facts).map(([name, value]) => `${name.padEnd(10)} ${printable(value)}`)
  if ('unverified' in state) return lines.join('\n')
  const passkeys = state.passkeys.map((passkey) => `  ${printable(describePasskey(passkey))}`)
  const events = state.events.map(({ at, type, address }) => `  ${at.toISOString()} ${type} ${address ?? ''}`.trimEnd())
  const ofPasskeys = passkeys.length === 0 ? [] : ['its passkeys:', ...passkeys]
  return [...lines, ...ofPasskeys, 'last events:', ...events].join('\n')
}

const factsOfSignUp = ({ id, email, handle, name, created, ends, mail }: WaitingSignUp): Record<string, string> => ({
  id,
  email: `${email} (not verified: this is no account yet)`,
  handle,
  name,
  created: created.toISOString(),
  ends: ends.toISOString(),
  mail,
})

function factsOfUser(state: UserState): Record<string, string> {
  const { id, email, handle, name, created, roles, ban, password, factors, providers, locks } = state
  const until = ban?.until ? `until ${ban.until.toISOString()}` : 'for good'
  return {
    id,
    email,
    handle,
    name,
    created: created.toISOString(),
    roles: roles.join(', ') || 'none',
    banned: ban ? `${until}: ${ban.reason}` : 'no',
    locked: locks.map((lock) => `${lock.of} until ${lock.until.toISOString()}`).join(', ') || 'no',
    password: password ? 'set' : 'none',
    ...Object.fromEntries(factors.map(({ label, ...factor }) => [label, describeFactor(factor)])),
    providers: providers.map(({ slug, works }) => (works ? slug : `${slug} (no longer works)`)).join(', ') || 'none',
    sessions: String(state.sessions),
    devices: String(state.devices),
  }
}

function describePasskey({ id, name, domain, works, created, lastUsed }: UserState['passkeys'][number]): string {
  const used = lastUsed ? `last used ${lastUsed.toISOString()}` : 'never used'
  return `${id} ${name}: of ${domain}${works ? '' : ', which opens nothing'}, made ${created.toISOString()}, ${used}`
}

const describeFactor = ({ since, countsFrom }: Omit<UserState['factors'][number], 'label'>): string =>
  since ? `on since ${since.toISOString()}, a second factor from ${countsFrom?.toISOString()}` : 'off'
