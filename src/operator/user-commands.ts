import { createInterface } from 'node:readline/promises'
import { type Role, roles } from '../accounts/roles.ts'
import type { Config } from '../config/config.ts'
import { openKeyring } from '../crypto/keyring.ts'
import type { ActOptions } from '../sign-in/room.ts'
import { type Command, type Options, type Outcome, withDatabase, withOperator } from './command.ts'
import { createUser } from './create-user.ts'
import { describeDiagnosis, diagnose } from './diagnose.ts'
import { helpUser, type UserAct, userActs } from './help-user.ts'
import { describeListed, listUsers, mostListed } from './list-users.ts'
import { inviteSomebody, listSent, revokeSent } from './operate-invitations.ts'
import { grantRole, revokeRole } from './operate-roles.ts'

const acts = Object.keys(userActs)

const EMAIL = 'address, @handle or id of the account'
const ROLE = roles.join(' or ')

export const userCommands: Readonly<Record<string, Command>> = {
  users: {
    group: 'Accounts',
    parameters: { '[PART]': 'part of an address, handle or name, or an id' },
    does: `list the newest ${mostListed} accounts, or those that contain PART`,
    fails: 'they cannot be read',
    run: list,
  },
  'users create': {
    group: 'Accounts',
    parameters: { EMAIL: 'address of its owner, who is mailed a link to a first password', HANDLE: 'its handle' },
    options: { name: { type: 'string', takes: 'NAME', about: 'its display name; the default is the handle' } },
    does: 'create an account',
    fails: 'the address or the handle is taken or not valid',
    run: create,
  },
  invite: {
    group: 'Accounts',
    parameters: { EMAIL: 'address of whoever is to make an account, who is mailed a link' },
    options: {
      role: { type: 'string', takes: 'ROLE', about: `a role of the account: ${ROLE}` },
      handle: { type: 'string', takes: 'HANDLE', about: 'the handle, unless another one is chosen' },
      name: { type: 'string', takes: 'NAME', about: 'the display name, unless another one is chosen' },
      locale: { type: 'string', takes: 'TAG', about: 'the language of the mail and of the account' },
      message: { type: 'string', takes: 'TEXT', about: 'a paragraph of the mail, without links' },
      days: { type: 'string', takes: 'N', about: 'how long the link works, 1 to 30; the default is 7' },
    },
    does: 'invite somebody to make an account',
    details: 'An earlier invitation of the address is revoked. It works with SIGN_UP=invite, and not with closed.',
    fails: 'an account has the address, a field is not valid, or SIGN_UP is closed',
    examples: ['invite ada@example.com --role mod --locale de'],
    run: inviteSomebody,
  },
  invitations: {
    group: 'Accounts',
    does: 'list the newest hundred invitations',
    fails: 'they cannot be read',
    run: listSent,
  },
  'invitations revoke': {
    group: 'Accounts',
    parameters: { ID: 'as "invitations" shows it' },
    does: 'revoke an invitation that nobody has accepted',
    fails: 'there is no such invitation, or it was accepted or revoked already',
    run: revokeSent,
  },
  user: {
    group: 'Accounts',
    parameters: { EMAIL, '[ACT]': `what to do, show without one: ${acts.join(', ')}` },
    acts,
    options: {
      since: { type: 'string', takes: 'TIME', about: 'take-back: everything added after this moment is removed' },
      until: { type: 'string', takes: 'TIME', about: 'ban: when it ends; without it, the ban is permanent' },
      reason: { type: 'string', takes: 'TEXT', about: 'ban: the reason, shown to the account’s owner' },
      passkey: { type: 'string', takes: 'ID', about: 'delete-passkeys: this one alone, by the id that is shown' },
      session: { type: 'string', takes: 'ID', about: 'end-sessions: this one alone' },
      device: { type: 'string', takes: 'ID', about: 'forget-devices: this one alone' },
      provider: { type: 'string', takes: 'SLUG', about: 'unlink: the provider that opens the account no more' },
      to: { type: 'string', takes: 'EMAIL', about: 'change-email: the new address, which is mailed a link' },
      passkeys: { type: 'boolean', about: 'reset-second-factor: delete the passkeys as well' },
      handle: { type: 'string', takes: 'HANDLE', about: 'change-profile: the new handle' },
      name: { type: 'string', takes: 'NAME', about: 'change-profile: the new display name' },
      bio: { type: 'string', takes: 'TEXT', about: 'change-profile: the new bio; an empty one clears it' },
      locale: { type: 'string', takes: 'TAG', about: 'change-profile: the language of mails; an empty one clears it' },
      yes: { type: 'boolean', about: 'delete: do not ask for confirmation' },
    },
    does: 'show an account, or help its owner',
    fails: 'there is no such account, or the act was refused',
    examples: [
      'user ada@example.com',
      'user @ada_l ban --until 2036-01-31T12:00Z --reason "spam"',
      'user ada@example.com take-back --since 2026-01-31T12:00Z',
    ],
    run: help,
  },
  diagnose: {
    group: 'Accounts',
    parameters: { EMAIL: 'address, also of somebody who has no account; or @handle or id' },
    does: 'say why somebody cannot sign in, and what helps',
    fails: 'no account and no sign-up has the handle or the id',
    examples: ['diagnose ada@example.com'],
    run: tellWhy,
  },
  grant: {
    group: 'Accounts',
    parameters: { EMAIL, ROLE },
    does: 'give an account a role',
    fails: 'there is no such account',
    examples: ['grant ada@example.com admin'],
    run: grant,
  },
  revoke: {
    group: 'Accounts',
    parameters: { EMAIL, ROLE },
    does: 'take a role from an account',
    fails: 'there is no such account, or it is the last administrator',
    run: revoke,
  },
}

const findRole = (asked: string): Role | undefined => roles.find((one) => one === asked)
const noRole = (asked: string): Outcome => ({
  says: `There is no role "${asked}": ${ROLE}.`,
  exitCode: 2,
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
    says: outcome === 'granted' ? `${email} has the role ${role} now.` : `${email} already had the role ${role}.`,
  }
}

async function revoke(config: Config, [email = '', asked = '']: readonly string[]): Promise<Outcome> {
  const role = findRole(asked)
  if (role === undefined) return noRole(asked)
  const outcome = await withDatabase(config, (database) => revokeRole(database, email, role))
  if (outcome === 'unknown') return nobody(email)
  if (outcome === 'last')
    return { says: `${email} is the last administrator: make somebody else one first.`, exitCode: 1 }
  return { says: outcome === 'revoked' ? `${email} no longer has the role ${role}.` : `${email} had no role ${role}.` }
}

/** Options whose value is a moment, each with the act that takes it. */
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
      return { says: `Write it as: user EMAIL ${moments[name]} --${name} ${when}.`, exitCode: 2 }
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
  if (!acts.includes(asked)) return { says: `There is no act "${asked}": ${acts.join(', ')}.`, exitCode: 2 }
  const read = readMoments(asked, options)
  if ('says' in read) return read
  const misplaced = findMisplaced(asked, options)
  if (misplaced !== undefined) return misplaced
  if (asked === 'delete') {
    const isConfirmed = options.yes === true || (await confirm(name))
    if (isConfirmed === undefined)
      return { says: 'There is no terminal to ask for confirmation: add --yes.', exitCode: 2 }
    if (!isConfirmed) return { says: 'Nothing was deleted.', exitCode: 1 }
  }
  const given = { ...read, ...textsOf(options), passkeys: options.passkeys === true }
  return (await withOperator(config, (deps) => helpUser(deps, name, asked as UserAct, given))) ?? nobody(name)
}

/** The other options, each with the act that takes it and what it takes. */
const optionsOfActs = {
  reason: ['ban', 'TEXT'],
  passkey: ['delete-passkeys', 'ID'],
  session: ['end-sessions', 'ID'],
  device: ['forget-devices', 'ID'],
  provider: ['unlink', 'SLUG'],
  to: ['change-email', 'EMAIL'],
  passkeys: ['reset-second-factor', ''],
  handle: ['change-profile', 'HANDLE'],
  name: ['change-profile', 'NAME'],
  bio: ['change-profile', 'TEXT'],
  locale: ['change-profile', 'TAG'],
} as const satisfies Record<string, readonly [UserAct, string]>

const mayBeEmpty: readonly string[] = ['bio', 'locale']

/** An option that another act takes, or that is empty. */
function findMisplaced(asked: string, options: Options): Outcome | undefined {
  for (const [name, [act, takes]] of Object.entries(optionsOfActs)) {
    const isEmpty = options[name] === '' && !mayBeEmpty.includes(name)
    if (options[name] === undefined || (asked === act && !isEmpty)) continue
    return { says: `Write it as: user EMAIL ${act} ${`--${name} ${takes}`.trimEnd()}.`, exitCode: 2 }
  }
  return undefined
}

/** The options that are texts, as the acts take them. */
const textsOf = (options: Options): ActOptions =>
  Object.fromEntries(
    Object.keys(optionsOfActs)
      .filter((name) => typeof options[name] === 'string')
      .map((name) => [name, String(options[name])]),
  )

/** Asks at the terminal before an erasure, which cannot be undone. Returns undefined if there is no terminal. */
async function confirm(name: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY) return undefined
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await prompt.question(`Erase the account ${name} permanently? (yes) `)).trim().toLowerCase() === 'yes'
  } finally {
    prompt.close()
  }
}

async function tellWhy(config: Config, [name = '']: readonly string[]): Promise<Outcome> {
  const keyring = openKeyring(config.keysDir, { create: false })
  const found = await withDatabase(config, ({ db }) => diagnose(db, { config, keyring }, name))
  return found === undefined ? nobody(name) : { says: describeDiagnosis(found), data: found }
}

async function list(config: Config, [part]: readonly string[]): Promise<Outcome> {
  const found = await withDatabase(config, ({ db }) => listUsers(db, part))
  return { says: found.length === 0 ? 'There are none.' : found.map(describeListed).join('\n'), data: found }
}

async function create(
  config: Config,
  [email = '', handle = '']: readonly string[],
  { name }: Options,
): Promise<Outcome> {
  return { says: await withOperator(config, (deps) => createUser(deps, { email, handle, name: name?.toString() })) }
}
