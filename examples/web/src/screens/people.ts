import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import type { Screen } from '../screen.ts'
import { portrait } from './portrait.ts'

export const people: Screen = {
  title: 'People',
  of: 'account',
  show: () => {
    const found = element('div', { 'aria-live': 'polite' })
    const search = form({
      fields: [{ name: 'query', label: 'Name or handle', type: 'search', isVerbatim: true }],
      submit: 'Search',
      send: ({ query }) => api.GET('/v0/search/users', { params: { query: { query } } }),
      done: ({ users, total_hits }) => {
        const count = total_hits === 1 ? '1 person' : `${total_hits} people`
        found.replaceChildren(
          paragraph(total_hits === 0 ? 'No one found.' : count),
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
  const handle = element('span', {}, `@${person.handle}`)
  const bio = person.bio === undefined ? undefined : element('span', {}, person.bio)
  const words = element('p', {}, element('strong', {}, person.display_name), handle, bio)
  return element('li', { class: 'person' }, portrait(person), words)
}
