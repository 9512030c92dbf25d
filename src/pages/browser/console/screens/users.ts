import type { DataOf } from '../../../../client/client.ts'
import { api, type Operator } from '../api.ts'
import { badge, type Child, element, theirs } from '../elements.ts'
import { day, instantOf, number, text, wordFor } from '../language.ts'
import { list } from '../list.ts'
import { linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import type { Column } from '../table.ts'

type Found = DataOf<'GET', '/v0/admin/users'>['data'][number]

const tones = { active: 'good', banned: 'bad', deleted: 'plain', waiting: 'fair' } as const

export const statusBadge = (status: keyof typeof tones): HTMLElement => badge(wordFor('status', status), tones[status])

let last = linkTo(['users'])

/** With the filters and the page that it was left with. */
export const lastList = (): string => last

/** The server does not count on from here. */
const mostCounted = 1000

export const users: Screen = {
  name: 'users',
  title: 'users.title',
  least: 'mod',
  show: (place, operator) =>
    list({
      place,
      caption: text('users.title'),
      filters: [
        { name: 'query', label: text('users.search'), kind: 'search' },
        {
          name: 'status',
          label: text('users.status'),
          options: anyOf('status', ['active', 'banned', 'waiting', 'deleted']),
        },
        { name: 'has', label: text('users.factors'), options: anyOf('factor', ['password', 'totp', 'passkey']) },
        { name: 'role', label: text('users.role'), options: anyOf('role', ['admin', 'mod']) },
      ],
      moreFilters: [
        { name: 'sort', label: text('users.sort'), options: orders() },
        ...(['created_after', 'created_before', 'seen_before'] as const).map((name) => ({
          name,
          label: text(`users.${name}`),
          kind: 'datetime-local' as const,
        })),
      ],
      columns: columns(operator),
      load: (filters) => {
        last = location.hash
        const { created_after = '', created_before = '', seen_before = '', ...rest } = filters
        const instants = { created_after, created_before, seen_before }
        return api.GET('/v0/admin/users', { params: { query: { ...rest, ...inUtc(instants) } } })
      },
      about: ({ approximate_total: total }, filters) => {
        if (Object.keys(filters).length === 0) return text('users.about', { count: number(total) })
        if (total > mostCounted) return text('users.many', { count: number(mostCounted) })
        return text('users.found', { count: number(total) })
      },
    }),
}

const inUtc = (local: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(local).flatMap(([name, value]) => (value ? [[name, instantOf(value)]] : [])))

const anyOf = (kind: string, values: readonly string[]) => [
  { value: '', word: text('list.any') },
  ...values.map((value) => ({ value, word: wordFor(kind, value) })),
]

const orders = () => [
  { value: '', word: text('users.created') },
  { value: 'last_seen_at', word: text('users.seen') },
  { value: 'email', word: text('users.email') },
]

const columns = (operator: Operator): readonly Column<Found>[] => [
  { title: text('users.user'), cell: (found) => [nameOf(found, operator), handleOf(found)] },
  { title: text('users.email'), cell: ({ email }) => theirs(email) },
  {
    title: text('users.status'),
    cell: ({ status, roles }) => [statusBadge(status), ...roles.map((role) => badge(wordFor('role', role)))],
  },
  { title: text('users.factors'), cell: ({ factors }) => factors.map((one) => wordFor('factor', one)).join(', ') },
  { title: text('users.created'), isShort: true, cell: ({ created_at }) => day(created_at) },
  { title: text('users.seen'), isShort: true, cell: ({ last_seen_at }) => (last_seen_at ? day(last_seen_at) : '–') },
]

/** Whoever has not opened the link of the sign-up has no account to look at, but may be in trouble. */
function nameOf({ id, email, display_name, status }: Found, { roles }: Operator): Child {
  if (status !== 'waiting') return element('a', { href: linkTo(['user', id]) }, theirs(display_name))
  if (!roles.includes('admin')) return theirs(display_name)
  return element('a', { href: linkTo(['trouble'], { who: email }) }, theirs(display_name))
}

const handleOf = ({ handle }: Found): Child => element('span', { class: 'under' }, theirs(`@${handle}`))
