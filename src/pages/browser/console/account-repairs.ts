import type { Target } from './account-acts.ts'
import { act, why } from './act.ts'
import { api } from './api.ts'
import { filled } from './filled.ts'
import { text } from './language.ts'

// What lets somebody in again, changes the account or ends it. Nobody sees or sets a password or a secret.

const of = ({ id }: Target) => ({ path: { id } })

export const sendPasswordLink = (target: Target): HTMLElement =>
  act({
    title: text('user.reset_link'),
    explanation: text('user.reset_link_what', { email: target.email }),
    fields: [why()],
    send: (body) => api.POST('/v0/admin/users/{id}/password-reset', { params: of(target), body }),
    said: text('user.link_sent'),
  })

export const resetSecondFactor = (target: Target): HTMLElement =>
  act({
    title: text('user.reset_factor'),
    explanation: text('user.reset_factor_what', { handle: target.handle }),
    fields: [{ name: 'passkeys', label: text('user.reset_passkeys'), kind: 'checkbox' }, why()],
    confirm: target.handle,
    isDanger: true,
    send: ({ passkeys, reason }) => {
      const body = { reason, passkeys: passkeys !== '' }
      return api.POST('/v0/admin/users/{id}/second-factor/reset', { params: of(target), body })
    },
    said: text('user.factor_reset'),
  })

export const changeAddress = (target: Target): HTMLElement =>
  act({
    title: text('user.change_email'),
    explanation: text('user.change_email_what'),
    fields: [{ name: 'new_email', label: text('user.new_email'), kind: 'email' }, why()],
    about: { 'user:email_already_exists': 'new_email' },
    send: ({ new_email, reason }) =>
      api.POST('/v0/admin/users/{id}/change-email', { params: of(target), body: { new_email, reason } }),
    said: text('user.link_sent'),
  })

type Profile = Target & { readonly display_name: string; readonly bio?: string; readonly locale?: string }

export const editProfile = ({ handle, display_name, bio = '', locale = '', ...target }: Profile): HTMLElement =>
  act({
    title: text('user.edit'),
    fields: [
      { name: 'handle', label: text('user.handle'), kind: 'verbatim', value: handle },
      { name: 'display_name', label: text('invitations.name'), value: display_name },
      { name: 'bio', label: text('user.bio'), kind: 'prose', value: bio, isOptional: true },
      { name: 'locale', label: text('page.language'), kind: 'verbatim', value: locale, isOptional: true },
      why(),
    ],
    about: { 'user:handle_already_exists': 'handle' },
    send: ({ bio, locale, ...rest }) => {
      const body = { ...filled(rest), reason: rest.reason, bio: bio || null, locale: locale || null }
      return api.PATCH('/v0/admin/users/{id}', { params: { path: { id: target.id } }, body })
    },
    said: text('user.edited'),
  })

export const deleteAccount = (target: Target): HTMLElement =>
  act({
    title: text('user.delete'),
    explanation: text('user.delete_what', { handle: target.handle }),
    fields: [why()],
    confirm: target.handle,
    isDanger: true,
    send: ({ reason }) =>
      api.DELETE('/v0/admin/users/{id}', { params: of(target), body: { reason, confirm: target.handle } }),
    said: text('user.deleted'),
  })

export const endSessions = (target: Target): HTMLElement =>
  act({
    title: text('user.end_sessions'),
    explanation: text('user.end_sessions_what', { handle: target.handle }),
    fields: [why()],
    isDanger: true,
    send: (body) => api.DELETE('/v0/admin/users/{id}/sessions', { params: of(target), body }),
    said: text('user.session_ended'),
  })

type Ended = { readonly id: string; readonly program: string }

export const endSession = (target: Target, { id, program }: Ended): HTMLElement =>
  act({
    title: text('user.end_session'),
    what: program,
    explanation: text('user.end_session_what', { program }),
    fields: [why()],
    send: (body) => {
      const params = { path: { id: target.id, management_id: id } }
      return api.DELETE('/v0/admin/users/{id}/sessions/{management_id}', { params, body })
    },
    said: text('user.session_ended'),
  })

export const forgetDevice = (target: Target, { id, program }: Ended): HTMLElement =>
  act({
    title: text('user.forget_device'),
    what: program,
    explanation: text('user.forget_device_what', { program }),
    fields: [why()],
    send: (body) => {
      const params = { path: { id: target.id, device_id: id } }
      return api.DELETE('/v0/admin/users/{id}/devices/{device_id}', { params, body })
    },
    said: text('user.device_forgotten'),
  })

export const removePasskey = (
  target: Target,
  { id, name }: { readonly id: string; readonly name: string },
): HTMLElement =>
  act({
    title: text('user.remove_passkey'),
    what: name,
    explanation: text('user.remove_passkey_what', { name }),
    fields: [why()],
    confirm: target.handle,
    isDanger: true,
    send: (body) => {
      const params = { path: { id: target.id, passkey_id: id } }
      return api.DELETE('/v0/admin/users/{id}/passkeys/{passkey_id}', { params, body })
    },
    said: text('user.passkey_removed'),
  })

export const unlink = (target: Target, provider: string): HTMLElement =>
  act({
    title: text('user.unlink'),
    what: provider,
    explanation: text('user.unlink_what', { handle: target.handle, provider }),
    fields: [why()],
    confirm: target.handle,
    isDanger: true,
    send: (body) => {
      const params = { path: { id: target.id, provider } }
      return api.DELETE('/v0/admin/users/{id}/connections/{provider}', { params, body })
    },
    said: text('user.unlinked'),
  })
