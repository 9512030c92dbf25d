import { act, why } from './act.ts'
import { api } from './api.ts'
import { filled } from './filled.ts'
import { instantOf, text, wordFor } from './language.ts'

// What is done to an account, from whichever screen.

export type Target = { readonly id: string; readonly handle: string; readonly email: string }

export const ban = ({ id, handle }: Target): HTMLElement =>
  act({
    title: text('user.ban'),
    explanation: text('user.ban_what', { handle }),
    fields: [
      {
        name: 'until',
        label: text('user.ban_until'),
        kind: 'datetime-local',
        hint: text('user.ban_until_hint'),
        isOptional: true,
      },
      why(),
    ],
    confirm: handle,
    isDanger: true,
    send: ({ until, reason }) =>
      api.POST('/v0/users/ban', { body: { user_id: id, reason, ...filled({ expires_at: instantOf(until) }) } }),
    said: text('user.banned'),
  })

export const unban = ({ id, handle }: Target): HTMLElement =>
  act({
    title: text('user.unban'),
    what: handle,
    explanation: text('user.unban_what', { handle }),
    fields: [why()],
    send: ({ reason }) => api.POST('/v0/users/unban', { body: { user_id: id, reason } }),
    said: text('user.unbanned'),
  })

const roles = ['mod', 'admin'] as const
type Role = (typeof roles)[number]

/** A form knows text alone. */
const roleOf = (value: string): Role => (value === 'admin' ? 'admin' : 'mod')

const choice = (among: readonly Role[]) =>
  ({
    name: 'role',
    label: text('users.role'),
    options: among.map((role) => ({ value: role, word: wordFor('role', role) })),
  }) as const

/** Nothing for somebody who has all roles. */
export function grantRole({ id, handle }: Target, held: readonly Role[]): HTMLElement | undefined {
  const lacking = roles.filter((role) => !held.includes(role))
  if (lacking.length === 0) return undefined
  return act({
    title: text('user.grant'),
    explanation: text('user.grant_what', { handle }),
    fields: [choice(lacking), why()],
    send: ({ role, reason }) =>
      api.POST('/v0/users/roles/grant', { body: { user_id: id, role: roleOf(role), reason } }),
    said: text('user.granted'),
  })
}

export function revokeRole({ id, handle }: Target, held: readonly Role[]): HTMLElement | undefined {
  if (held.length === 0) return undefined
  return act({
    title: text('user.revoke'),
    explanation: text('user.revoke_what', { handle }),
    fields: [choice(held), why()],
    isDanger: true,
    send: ({ role, reason }) =>
      api.POST('/v0/users/roles/revoke', { body: { user_id: id, role: roleOf(role), reason } }),
    said: text('user.revoked'),
  })
}
