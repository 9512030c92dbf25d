import { api } from '../api.ts'
import { entryColumns } from '../entries.ts'
import { instantOf, text } from '../language.ts'
import { list } from '../list.ts'
import type { Screen } from '../screen.ts'

export const audit: Screen = {
  name: 'audit',
  title: 'audit.title',
  least: 'mod',
  show: (place) =>
    list({
      place,
      caption: text('audit.title'),
      filters: [
        { name: 'types', label: text('audit.types'), kind: 'verbatim' },
        { name: 'ip', label: text('audit.ip'), kind: 'verbatim' },
        { name: 'request_id', label: text('errors.reference'), kind: 'verbatim' },
      ],
      moreFilters: [
        { name: 'user_id', label: text('audit.user'), kind: 'verbatim' },
        { name: 'actor_id', label: text('audit.actor'), kind: 'verbatim' },
        { name: 'from', label: text('audit.from'), kind: 'datetime-local' },
        { name: 'to', label: text('audit.to'), kind: 'datetime-local' },
      ],
      isTypedWhole: true,
      columns: entryColumns(),
      load: ({ from, to, ...rest }) => {
        const query = { ...rest, ...(from && { from: instantOf(from) }), ...(to && { to: instantOf(to) }) }
        return api.GET('/v0/admin/audit', { params: { query } })
      },
    }),
}
