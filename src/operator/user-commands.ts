import { createInterface } from 'node:readline/promises'
import { type Role, roles } from '../accounts/roles.ts'
import type { Config } from '../config/config.ts'
import { type Command, type Options, type Outcome, withDatabase, withOperator } from './command.ts'
import { createUser } from './create-user.ts'
import { helpUser, type UserAct, userActs } from './help-user.ts'
import { describeListed, listUsers, mostListed } from './list-users.ts'
import { grantRole, revokeRole } from './operate-roles.ts'

const acts = Object.keys(userActs)

export const userCommands: Readonly<Record<string, Command>> = {
  grant: {
    parameters: ['EMAIL', 'ROLE'],
    usage: 'give the account with that address, @handle or id a role, admin or mod',
    run: grant,
  },
  revoke: { parameters: ['EMAIL', 'ROLE'], usage: 'take the role from it; the last admin stays one', run: revoke },
  user: {
    parameters: ['EMAIL', '[ACT]'],
    options: {
      since: { type: 'string', takes: 'TIME' },
      until: { type: 'string', takes: 'TIME' },
      reason: { type: 'string', takes: 'TEXT' },
      json: { type: 'boolean' },
      yes: { type: 'boolean' },
    },
    usage:
      `help a user, named by address, @handle or id: ${acts.join(', ')} (take-back --since, ban --until ` +
      '--reason, delete --yes)',
    run: help,
  },
  users: {
    parameters: ['[PART]'],
    options: { json: { type: 'boolean' } },
    usage: `the newest ${mostListed} accounts, or those with PART in address, handle or name`,
    run: list,
  },
  'users create': {
    parameters: ['EMAIL', 'HANDLE'],
    options: { name: { type: 'string', takes: 'NAME' } },
    usage: 'make an account; its owner gets a link to a first password',
    run: create,
  },
}

const findRole = (asked: string): Role | undefined => roles.find((one) => one === asked)
const noRole = (asked: string): Outcome => ({
  says: `There is no role "${asked}": ${roles.join(' or ')}.`,
  exitCode: 1,
})
const nobody = (name: string): Outcome => ({
  says: `No account has the address, @handle or id ${name}.`,
  exitCode: 1,
})

async function grant(config: Config, [email = '', asked = '']: readonly string[]): Promise<Outcome> {
  const role = findRole(asked)
  if (role === undefined) return noRole(asked)
  const outcome = await withOperator(config, (deps) => grantRole(deps, email, role))
  if (outcome === 'unknown') return nobody(email)
  return {
    says: outcome === 'granted' ? `${email} has the role ${role} now.` : `${email} had the role ${role} already.`,
  }
}

async function revoke(config: Config, [email = '', asked = '']: readonly string[]): Promise<Outcome> {
  const role = findRole(asked)
  if (role === undefined) return noRole(asked)
  const outcome = await withDatabase(config, (database) => revokeRole(database, email, role))
  if (outcome === 'unknown') return nobody(email)
  if (outcome === 'last')
    return { says: `${email} is the last administrator: make somebody else one first.`, exitCode: 1 }
  return { says: outcome === 'revoked' ? `${email} has the role ${role} no more.` : `${email} had no role ${role}.` }
}

/** Options that stand for a moment, and the acts that know them. */
const moments = { since: 'take-back', until: 'ban' } as const

function readMoments(asked: string, options: Options): { since?: Date; until?: Date } | Outcome {
  const read: { since?: Date; until?: Date } = {}
  for (const name of ['since', 'until'] as const) {
    const text = options[name]
    if (text === undefined) continue
    const moment = new Date(String(text))
    const isRight = name === 'since' ? moment.getTime() < Date.now() : moment.getTime() > Date.now()
    if (asked !== moments[name] || !isRight) {
      const when = name === 'since' ? '2026-01-31T12:00Z, a moment that is past' : '2036-01-31T12:00Z, a moment to come'
      return { says: `Say it as: user EMAIL ${moments[name]} --${name} ${when}.`, exitCode: 2 }
    }
    read[name] = moment
  }
  return read
}

async function help(
  config: Config,
  [name = '', asked = 'show']: readonly string[],
  options: Options,
): Promise<Outcome> {
  if (!acts.includes(asked)) return { says: `There is no act "${asked}": ${acts.join(', ')}.`, exitCode: 1 }
  const read = readMoments(asked, options)
  if ('says' in read) return read
  const { reason, json } = options
  if (reason !== undefined && (asked !== 'ban' || reason === ''))
    return { says: 'Say it as: user EMAIL ban --reason TEXT.', exitCode: 2 }
  if (asked === 'delete' && !(await isConfirmed(name, options)))
    return { says: 'Nothing was deleted: say --yes, or answer yes.', exitCode: 2 }
  const given = { ...read, reason: reason?.toString(), json: json === true }
  const says = await withOperator(config, (deps) => helpUser(deps, name, asked as UserAct, given))
  const outcome = says === undefined ? nobody(name) : { says }
  return json && (asked !== 'show' || says === undefined) ? { ...outcome, says: JSON.stringify(outcome) } : outcome
}

/** There is no way back, so it is asked where somebody sits, and wanted in the command where nobody does. */
async function isConfirmed(name: string, { yes }: Options): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) return false
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await prompt.question(`Erase the account ${name} for good? (yes) `)).trim().toLowerCase() === 'yes'
  } finally {
    prompt.close()
  }
}

async function list(config: Config, [part]: readonly string[], { json }: Options): Promise<Outcome> {
  const found = await withDatabase(config, ({ db }) => listUsers(db, part))
  if (json) return { says: JSON.stringify(found, null, 2) }
  return { says: found.length === 0 ? 'There are none.' : found.map(describeListed).join('\n') }
}

async function create(
  config: Config,
  [email = '', handle = '']: readonly string[],
  { name }: Options,
): Promise<Outcome> {
  return { says: await withOperator(config, (deps) => createUser(deps, { email, handle, name: name?.toString() })) }
}
