import type { DataOf } from '../../../../../client/client.ts'
import { removePasskey, resetSecondFactor } from '../../account-repairs.ts'
import { api } from '../../api.ts'
import { badge, element, section, theirs, verbatim } from '../../elements.ts'
import { facts } from '../../facts.ts'
import { moment, text, wordFor } from '../../language.ts'
import { later } from '../../later.ts'
import { rowsOf } from '../../rows.ts'
import { failure } from '../../sentences.ts'
import type { Column } from '../../table.ts'
import type { Tab, User } from './tab.ts'

type Passkey = DataOf<'GET', '/v0/admin/users/{id}/passkeys'>['passkeys'][number]

export const factors: Tab = {
  name: 'factors',
  title: 'user.factors',
  least: 'admin',
  show: (user) => [
    section(
      text('user.factors'),
      facts(...(['password', 'totp'] as const).map((one) => isHeld(one, user.factors.includes(one)))),
      user.factors.includes('totp') && element('div', { class: 'acts' }, resetSecondFactor(user)),
    ),
    section(text('factor.passkey'), later(passkeys(user))),
  ],
}

const isHeld = (factor: string, held: boolean) =>
  [wordFor('factor', factor), text(held ? 'word.yes' : 'word.no')] as const

async function passkeys(user: User): Promise<readonly Node[]> {
  const { data, error } = await api.GET('/v0/admin/users/{id}/passkeys', { params: { path: { id: user.id } } })
  return [error ? failure(error) : rowsOf({ caption: text('factor.passkey'), columns: columns(user) }, data.passkeys)]
}

const columns = (user: User): readonly Column<Passkey>[] => [
  {
    title: text('providers.name'),
    cell: ({ name, works }) => [theirs(name), ' ', !works && badge(text('word.dead'), 'bad')],
  },
  { title: text('user.domain'), cell: ({ domain }) => verbatim(domain) },
  { title: text('users.created'), isShort: true, cell: ({ created_at }) => moment(created_at) },
  {
    title: text('user.last_used'),
    isShort: true,
    cell: ({ last_used_at }) => (last_used_at ? moment(last_used_at) : '–'),
  },
  {
    title: text('list.acts'),
    cell: (passkey) => element('div', { class: 'acts' }, removePasskey(user, passkey)),
  },
]
