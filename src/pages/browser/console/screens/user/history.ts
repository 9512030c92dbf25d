import type { DataOf } from '../../../../../client/client.ts'
import { api } from '../../api.ts'
import { detailsOf, under } from '../../details.ts'
import { verbatim } from '../../elements.ts'
import { moment, text } from '../../language.ts'
import { list } from '../../list.ts'
import { programOf } from '../../program-of.ts'
import type { Column } from '../../table.ts'
import type { Tab } from './tab.ts'

type Event = DataOf<'GET', '/v0/admin/users/{id}/security-events'>['data'][number]

/** As its owner sees it, but with a filter. */
export const history: Tab = {
  name: 'history',
  title: 'user.history',
  least: 'mod',
  show: ({ id }, { place }) =>
    list({
      place,
      caption: text('user.history'),
      filters: [{ name: 'types', label: text('audit.types'), kind: 'verbatim' }],
      isTypedWhole: true,
      columns: columns(),
      load: (query) => api.GET('/v0/admin/users/{id}/security-events', { params: { path: { id }, query } }),
    }),
}

const columns = (): readonly Column<Event>[] => [
  { title: text('errors.when'), isShort: true, cell: ({ created_at }) => moment(created_at) },
  { title: text('audit.what'), cell: ({ type, metadata }) => [verbatim(type), under(detailsOf(metadata))] },
  {
    title: text('audit.from_where'),
    cell: ({ ip_address, user_agent }) => [
      ip_address !== undefined && verbatim(ip_address),
      user_agent !== undefined && under(programOf(user_agent)),
    ],
  },
]
