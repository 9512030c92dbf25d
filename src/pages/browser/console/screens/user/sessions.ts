import type { DataOf } from '../../../../../client/client.ts'
import { endSession, endSessions, forgetDevice } from '../../account-repairs.ts'
import { api } from '../../api.ts'
import { badge, element, section, theirs, verbatim } from '../../elements.ts'
import { moment, text, wordFor } from '../../language.ts'
import { later } from '../../later.ts'
import { programOf } from '../../program-of.ts'
import { rowsOf } from '../../rows.ts'
import { failure } from '../../sentences.ts'
import type { Column } from '../../table.ts'
import type { Tab, User } from './tab.ts'

type Session = DataOf<'GET', '/v0/admin/users/{id}/sessions'>['sessions'][number]
type Device = DataOf<'GET', '/v0/admin/users/{id}/devices'>['devices'][number]

export const sessions: Tab = {
  name: 'sessions',
  title: 'user.sessions',
  least: 'mod',
  show: (user, { operator }) => {
    const mayEnd = operator.roles.includes('admin')
    return [
      section(text('user.sessions'), later(openSessions(user, mayEnd)), mayEnd && acts(endSessions(user))),
      section(text('user.devices'), later(knownDevices(user, mayEnd))),
    ]
  },
}

const acts = (...buttons: readonly HTMLElement[]): HTMLElement => element('div', { class: 'acts' }, ...buttons)

const seenColumns = (): readonly Column<Session | Device>[] => [
  { title: text('user.program'), cell: ({ user_agent }) => theirs(programOf(user_agent)) },
  { title: text('audit.ip'), cell: ({ ip_address }) => ip_address !== undefined && verbatim(ip_address) },
  { title: text('users.created'), isShort: true, cell: ({ created_at }) => moment(created_at) },
  { title: text('users.seen'), isShort: true, cell: ({ last_seen_at }) => moment(last_seen_at) },
]

async function openSessions(user: User, mayEnd: boolean): Promise<readonly Node[]> {
  const { data, error } = await api.GET('/v0/admin/users/{id}/sessions', { params: { path: { id: user.id } } })
  if (error) return [failure(error)]
  const end = ({ management_id, user_agent }: Session): HTMLElement =>
    acts(endSession(user, { id: management_id, program: programOf(user_agent) }))
  const columns: readonly Column<Session>[] = [
    ...seenColumns(),
    { title: text('mails.kind'), cell: ({ kind = 'user' }) => badge(wordFor('session', kind)) },
    ...(mayEnd ? [{ title: text('list.acts'), cell: end }] : []),
  ]
  return [rowsOf({ caption: text('user.sessions'), columns }, data.sessions)]
}

async function knownDevices(user: User, mayForget: boolean): Promise<readonly Node[]> {
  const { data, error } = await api.GET('/v0/admin/users/{id}/devices', { params: { path: { id: user.id } } })
  if (error) return [failure(error)]
  const forget = ({ id, user_agent }: Device): HTMLElement =>
    acts(forgetDevice(user, { id, program: programOf(user_agent) }))
  const columns: readonly Column<Device>[] = [
    ...seenColumns(),
    ...(mayForget ? [{ title: text('list.acts'), cell: forget }] : []),
  ]
  return [rowsOf({ caption: text('user.devices'), columns }, data.devices)]
}
