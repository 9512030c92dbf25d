import { displayName, email, handle, locale } from '../accounts/fields.ts'
import { type Role, roles } from '../accounts/roles.ts'
import type { Config } from '../config/config.ts'
import { transaction } from '../db/transaction.ts'
import { isUuid } from '../http/validation.ts'
import { endInvitation } from '../invitations/end-invitation.ts'
import { inviteByOperator } from '../invitations/invite.ts'
import { listInvitations } from '../invitations/list.ts'
import { daySeconds, longestTtlSeconds } from '../invitations/place-invitation.ts'
import { message } from '../invitations/schemas.ts'
import { OperatorError } from '../sign-in/operator-error.ts'
import { printable } from '../text/printable.ts'
import { type Options, type Outcome, withDatabase, withOperator } from './command.ts'

const shown = 100
const usualDays = '7'

/** Afterwards a link is on its way with which the owner of the address makes an account. */
export async function inviteSomebody(
  config: Config,
  [address = '']: readonly string[],
  options: Options,
): Promise<Outcome> {
  const role = options.role?.toString()
  const wish = {
    email: checked('address', email, address),
    roles: role === undefined ? [] : [roleOf(role)],
    handle: optional('handle', handle, options.handle),
    displayName: optional('name', displayName, options.name),
    locale: optional('language', locale, options.locale),
    message: optional('message', message, options.message),
    ttlSeconds: daysOf(options.days?.toString() ?? usualDays) * daySeconds,
    reason: 'by the operator',
  }
  const made = await withOperator(config, (deps) => inviteByOperator(deps, wish))
  const until = made.expiresAt.toISOString()
  return {
    says: `The invitation ${made.id} is on its way to ${made.email}; its link works until ${until}.`,
    data: { id: made.id, email: made.email, expires_at: until },
  }
}

type Field = { safeParse(text: string): { readonly success: boolean; readonly data?: string | undefined } }

function checked(what: string, field: Field, text: string): string {
  const { success, data } = field.safeParse(text)
  if (!success || data === undefined) throw new OperatorError(`That is no ${what} that an invitation may have.`)
  return data
}

const optional = (what: string, field: Field, text: Options[string]): string | undefined =>
  text === undefined ? undefined : checked(what, field, String(text))

function roleOf(text: string): Role {
  const role = roles.find((one) => one === text)
  if (role === undefined) throw new OperatorError(`There is no role "${text}": ${roles.join(' or ')}.`)
  return role
}

function daysOf(text: string): number {
  const days = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (days < 1 || days * daySeconds > longestTtlSeconds) throw new OperatorError('--days takes a number from 1 to 30.')
  return days
}

export async function listSent(config: Config): Promise<Outcome> {
  const { data: page } = await withDatabase(config, ({ db }) => listInvitations(db, { limit: shown }))
  const lines = page.map(({ id, state, email, roles, expires_at: until }) =>
    printable([id, state.padEnd(8), email, ...roles, `until ${until}`].join(' ')),
  )
  return { says: lines.length === 0 ? 'There are none.' : lines.join('\n'), data: page }
}

export async function revokeSent(config: Config, [id = '']: readonly string[]): Promise<Outcome> {
  const isRevoked =
    isUuid(id) && (await withDatabase(config, ({ pool }) => transaction(pool, (tx) => endInvitation(tx, id))))
  return isRevoked
    ? { says: 'The invitation is revoked: its link makes no account.' }
    : { says: `There is no open invitation ${id}.`, exitCode: 1 }
}
