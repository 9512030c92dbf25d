import { describeEntry } from '../audit/describe.ts'
import { type AuditFilter, type EntryType, entryTypes, findEntries } from '../audit/find.ts'
import type { Config } from '../config/config.ts'
import { actions } from '../db/schema/moderation.ts'
import { users } from '../db/schema/users.ts'
import { canonicalAddress } from '../http/client-address.ts'
import { type Command, type Options, type Outcome, withDatabase } from './command.ts'
import { isMeant } from './is-meant.ts'

const mostShown = 100

const MOMENT = 'such as 2026-01-31T12:00Z'

export const audit: Command = {
  group: 'Accounts',
  options: {
    events: { type: 'boolean', about: 'also what happened to accounts, such as sign-ins' },
    user: { type: 'string', takes: 'EMAIL', about: 'done to this account: its address, @handle or id' },
    actor: { type: 'string', takes: 'EMAIL', about: 'done by this one' },
    type: { type: 'string', takes: 'TYPE', about: 'of this type, such as user:ban' },
    from: { type: 'string', takes: 'TIME', about: `from this moment on, ${MOMENT}` },
    to: { type: 'string', takes: 'TIME', about: 'before this moment' },
    ip: { type: 'string', takes: 'ADDRESS', about: 'from this IP address; of events' },
    request: { type: 'string', takes: 'ID', about: 'by the request with this X-Request-Id' },
  },
  does: 'show the last hundred acts of moderators and administrators, newest first',
  fails: 'they cannot be read',
  examples: ['audit --user ada@example.com --events', 'audit --type user:grant_role --from 2026-01-31T12:00Z'],
  run: showAudit,
}

async function showAudit(config: Config, _given: readonly string[], options: Options): Promise<Outcome> {
  const texts = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, value?.toString()]))
  const { type, from, to, ip, request: requestId } = texts
  const known = type === undefined ? undefined : entryTypes.find((one) => one === type)
  if (type !== undefined && known === undefined)
    return { says: `There is no type ${type}: ${entryTypes.join(', ')}.`, exitCode: 2 }
  const address = ip === undefined ? undefined : canonicalAddress(ip)
  if (ip !== undefined && address === undefined) return { says: `${ip} is no IP address.`, exitCode: 2 }
  const moments = {
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }
  if (Object.values(moments).some((one) => one !== undefined && Number.isNaN(one.getTime())))
    return { says: `A moment is written as in ${MOMENT}.`, exitCode: 2 }
  const isOfEvents = options.events === true || ip !== undefined
  const types: readonly EntryType[] | undefined = known ? [known] : isOfEvents ? undefined : actions
  return withDatabase(config, async ({ db }) => {
    const accounts: { userId?: string; actorId?: string } = {}
    for (const [option, field] of [
      ['user', 'userId'],
      ['actor', 'actorId'],
    ] as const) {
      const name = texts[option]
      if (name === undefined) continue
      const [found] = await db.select({ id: users.id }).from(users).where(isMeant(db, name))
      if (found === undefined) return { says: `No account has the address, @handle or id ${name}.`, exitCode: 1 }
      accounts[field] = found.id
    }
    const filter: AuditFilter = { ...accounts, ...moments, types, ip: address, requestId }
    const found = await findEntries(db, filter, { limit: mostShown })
    const data = found.map(({ entry }) => entry)
    return { says: found.length === 0 ? 'There are none.' : found.map(describeEntry).join('\n'), data }
  })
}
