import { expect } from 'vitest'
import { giveRole, somebody } from '../moderation/support.ts'
import { withPasskey } from '../passkeys/support.ts'
import type { TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { newPerson, signedInOnDevice } from '../support/people.ts'
import { withTotp } from '../totp/support.ts'

/** A user, and what of theirs the act is about. */
export type Target = { readonly id: string; readonly email: string; readonly part?: string }

/** Everything that an administrator does to a user. */
export type Act = {
  readonly method: 'POST' | 'DELETE' | 'PATCH'
  /** Under /v0/admin/users/{id}; `:part` is the target's. */
  readonly path: string
  readonly more?: (target: Target) => object
  /** Somebody to whom it can be done. */
  readonly prepare: (app: TestApp) => Promise<Target>
  /** How both logs call it. */
  readonly action: string
  readonly event: string
}

const rowOf = async (app: TestApp, table: string, userId: string): Promise<string> => {
  const [row] = await app.sql<{ id: string }>(`select id from ${table} where user_id = $1 limit 1`, [userId])
  return String(row?.id)
}

const idOf = async ({ get }: TestClient): Promise<string> => String((await get('/v0/user/me')).body.id)

async function anybody(app: TestApp): Promise<Target> {
  const { id, person } = await somebody(app)
  return { id, email: person.email }
}

async function onDevice(app: TestApp): Promise<Target> {
  const { person, client } = await signedInOnDevice(app)
  const id = await idOf(client)
  return { id, email: person.email, part: await rowOf(app, 'devices', id) }
}

/** An account that a provider of the app opens as well. */
export async function connected(app: TestApp): Promise<Target> {
  const { id, person } = await somebody(app)
  await app.sql(
    `insert into oauth_identities (id, user_id, provider_id, issuer, subject)
     values (gen_random_uuid(), $1, 'google', 'https://accounts.google.com', $2)`,
    [id, id],
  )
  return { id, email: person.email, part: 'google' }
}

export const acts: readonly Act[] = [
  { method: 'DELETE', path: 'sessions', prepare: anybody, action: 'user:end_sessions', event: 'session_revoked' },
  {
    method: 'DELETE',
    path: 'sessions/:part',
    prepare: async (app) => {
      const target = await anybody(app)
      return { ...target, part: await rowOf(app, 'sessions', target.id) }
    },
    action: 'user:end_session',
    event: 'session_revoked',
  },
  { method: 'DELETE', path: 'devices', prepare: onDevice, action: 'user:forget_devices', event: 'device_forgotten' },
  {
    method: 'DELETE',
    path: 'devices/:part',
    prepare: onDevice,
    action: 'user:forget_device',
    event: 'device_forgotten',
  },
  {
    method: 'DELETE',
    path: 'passkeys/:part',
    prepare: async (app) => {
      const { person, client, id } = await withPasskey(app)
      return { id: await idOf(client), email: person.email, part: id }
    },
    action: 'user:delete_passkey',
    event: 'passkey_deleted',
  },
  {
    method: 'DELETE',
    path: 'connections/:part',
    prepare: connected,
    action: 'user:unlink',
    event: 'oauth_unlinked',
  },
  {
    method: 'POST',
    path: 'password-reset',
    prepare: anybody,
    action: 'user:reset_password',
    event: 'password_reset_requested',
  },
  {
    method: 'POST',
    path: 'second-factor/reset',
    prepare: async (app) => {
      const { person, client } = await withTotp(app)
      return { id: await idOf(client), email: person.email }
    },
    action: 'user:reset_second_factor',
    event: 'second_factor_reset',
  },
  {
    method: 'PATCH',
    path: '',
    more: () => ({ display_name: 'Somebody Else' }),
    prepare: anybody,
    action: 'user:change_profile',
    event: 'profile_changed',
  },
  {
    method: 'POST',
    path: 'change-email',
    more: () => ({ new_email: newPerson().email }),
    prepare: anybody,
    action: 'user:change_email',
    event: 'email_change_requested',
  },
  {
    method: 'DELETE',
    path: '',
    more: ({ part }) => ({ confirm: part }),
    prepare: async (app) => {
      const { id, person } = await somebody(app)
      return { id, email: person.email, part: person.handle }
    },
    action: 'user:delete',
    event: 'deletion_requested',
  },
]

export const nameOf = ({ method, path }: Act): string => `${method} ${path}`

export const reason = 'asked for it at the desk'

/** Does it, in somebody's name. */
export function act({ method, path, more }: Act, by: TestClient, target: Target, change: object = {}) {
  const url = `/v0/admin/users/${target.id}/${path.replace(':part', target.part ?? 'x')}`.replace(/\/$/, '')
  return by.send(method, url, { body: { reason, ...more?.(target), ...change } })
}

/** The act of that name. */
export function actOf(name: string): Act {
  const found = acts.find((one) => nameOf(one) === name)
  if (found === undefined) throw new Error(`no act is called ${name}`)
  return found
}

/** What both logs have of what was done to the account, as one row if they name it by one id. */
export const notedOf = (app: TestApp, userId: string) =>
  app.sql(
    `select log.action, log.actor_id, log.reason, event.type, event.metadata ->> 'reason' as told
     from moderation_logs log left join security_events event on event.id = log.id and event.user_id = log.resource_id
     where log.resource_id = $1`,
    [userId],
  )

/** Everything that an account has, so that a refusal can be seen to have changed nothing. */
export async function stateOf(app: TestApp, userId: string): Promise<unknown> {
  const state: Record<string, unknown> = {}
  const tables = ['sessions', 'devices', 'passkeys', 'oauth_identities', 'totp_secrets', 'mailed_tokens', 'mails']
  for (const table of tables)
    state[table] = await app.sql(`select t.* from ${table} t where user_id = $1 order by t::text`, [userId])
  state.users = await app.sql('select * from users where id = $1', [userId])
  state.events = await app.sql('select id, type, metadata from security_events where user_id = $1 order by id', [
    userId,
  ])
  return state
}

export const made = async (app: TestApp, role: 'admin' | 'mod') => {
  const target = await anybody(app)
  await giveRole(app, target.id, role)
  return { ...target, part: target.id }
}

export const expectDone = (status: number): void => expect([200, 202, 204]).toContain(status)
