import type { DataOf } from '../../../../client/client.ts'
import { api } from '../api.ts'
import { badge, type Child, element, verbatim } from '../elements.ts'
import { text, wordFor } from '../language.ts'
import { list } from '../list.ts'
import type { Screen } from '../screen.ts'
import type { Column } from '../table.ts'

type Setting = DataOf<'GET', '/v0/admin/settings'>['data'][number]

export const settings: Screen = {
  name: 'settings',
  title: 'settings.title',
  least: 'admin',
  show: (place) =>
    list({
      place,
      caption: text('settings.title'),
      filters: [{ name: 'query', label: text('settings.search'), kind: 'search' }],
      columns: columns(),
      load,
    }),
}

/** All of them come at once, as there are not many. */
async function load({ query = '' }: { readonly query?: string }) {
  const { data, error } = await api.GET('/v0/admin/settings')
  const wanted = query.toLowerCase()
  const isFound = ({ name, meaning }: Setting): boolean => `${name} ${meaning}`.toLowerCase().includes(wanted)
  return { data: data && { data: data.data.filter(isFound) }, error }
}

/** What a variable means is the documentation's sentence, in English. */
const columns = (): readonly Column<Setting>[] => [
  {
    title: text('settings.name'),
    cell: ({ name, meaning }) => [verbatim(name), element('span', { class: 'under', lang: 'en', dir: 'ltr' }, meaning)],
  },
  { title: text('settings.value'), cell: shownValue },
  { title: text('settings.source'), cell: ({ source }) => wordFor('source', source) },
]

function shownValue({ is_secret, source, value }: Setting): Child {
  if (is_secret) return source !== 'default' && badge(text('settings.secret'))
  return value !== undefined && verbatim(value)
}
