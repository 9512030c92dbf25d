import type { DataOf } from '../../../../../client/client.ts'
import { unlink } from '../../account-repairs.ts'
import { api } from '../../api.ts'
import { element, section, theirs, verbatim } from '../../elements.ts'
import { moment, text } from '../../language.ts'
import { later } from '../../later.ts'
import { rowsOf } from '../../rows.ts'
import { failure } from '../../sentences.ts'
import type { Column } from '../../table.ts'
import type { Tab, User } from './tab.ts'

type Connection = DataOf<'GET', '/v0/admin/users/{id}/connections'>['connections'][number]

export const connections: Tab = {
  name: 'connections',
  title: 'user.connections',
  least: 'admin',
  show: (user) => [section(text('user.connections'), later(connected(user)))],
}

async function connected(user: User): Promise<readonly Node[]> {
  const { data, error } = await api.GET('/v0/admin/users/{id}/connections', { params: { path: { id: user.id } } })
  return [
    error ? failure(error) : rowsOf({ caption: text('user.connections'), columns: columns(user) }, data.connections),
  ]
}

const columns = (user: User): readonly Column<Connection>[] => [
  { title: text('providers.title'), cell: ({ provider }) => verbatim(provider) },
  { title: text('users.email'), cell: ({ email }) => email !== undefined && theirs(email) },
  { title: text('users.created'), isShort: true, cell: ({ created_at }) => moment(created_at) },
  {
    title: text('list.acts'),
    cell: ({ provider }) => element('div', { class: 'acts' }, unlink(user, provider)),
  },
]
