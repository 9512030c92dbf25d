import { api } from '../api.ts'
import { element, paragraph, strong, theirs } from '../elements.ts'
import { form } from '../form.ts'
import { text } from '../language.ts'
import type { Screen } from '../screen.ts'
import { portrait } from './portrait.ts'

export const people: Screen = {
  title: 'people.title',
  of: 'account',
  show: () => {
    const found = element('div', { 'aria-live': 'polite' })
    const search = form({
      fields: [{ name: 'query', label: text('people.query'), type: 'search' }],
      submit: text('action.search'),
      send: ({ query }) => api.GET('/v0/search/users', { params: { query: { query } } }),
      done: ({ users, total_hits }) => {
        found.replaceChildren(
          paragraph(total_hits === 0 ? text('people.none') : text('people.count', { count: total_hits })),
          element('ul', { class: 'rows' }, ...users.map(personRow)),
        )
      },
    })
    search.setAttribute('role', 'search')
    return [search, found]
  },
}

type Person = {
  readonly handle: string
  readonly display_name: string
  readonly bio?: string
  readonly profile_image?: string
}

function personRow(person: Person): HTMLElement {
  const handle = element('span', {}, theirs(`@${person.handle}`))
  const bio = person.bio === undefined ? undefined : element('span', {}, theirs(person.bio))
  const words = element('p', {}, strong(person.display_name), handle, bio)
  return element('li', { class: 'person' }, portrait(person), words)
}
