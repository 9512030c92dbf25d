import { api } from '../api.ts'
import { element, paragraph, theirs } from '../elements.ts'
import { text } from '../language.ts'
import { linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { failure } from '../sentences.ts'
import { account } from './user/account.ts'
import { connections } from './user/connections.ts'
import { danger } from './user/danger.ts'
import { factors } from './user/factors.ts'
import { history } from './user/history.ts'
import { sessions } from './user/sessions.ts'
import type { Tab, User } from './user/tab.ts'
import { trouble } from './user/trouble.ts'
import { lastList, statusBadge } from './users.ts'

/** What is known of somebody, in the order in which it is asked for. */
const tabs: readonly Tab[] = [account, trouble, sessions, factors, connections, history, danger]

export const user: Screen = {
  name: 'user',
  title: 'users.user',
  within: 'users',
  least: 'mod',
  show: async (place, operator) => {
    const [, id = '', wanted] = place.path
    const up = paragraph(element('a', { href: lastList(), 'data-up': true }, text('list.back')))
    const { data, error } = await api.GET('/v0/admin/users/{id}', { params: { path: { id } } })
    if (error) return [up, failure(error)]
    const allowed = tabs.filter(({ least }) => least === 'mod' || operator.roles.includes('admin'))
    const tab = allowed.find(({ name }) => name === wanted) ?? account
    const content = await tab.show(data, { place, operator })
    return { title: data.display_name, content: [up, who(data), navigation(data, allowed, tab), ...content] }
  },
}

const who = ({ handle, status }: User): HTMLElement =>
  element('p', { class: 'lead' }, theirs(`@${handle}`), ' ', statusBadge(status))

const navigation = ({ id }: User, allowed: readonly Tab[], current: Tab): HTMLElement =>
  element(
    'nav',
    { class: 'tabs', 'aria-label': text('users.user') },
    ...allowed.map((tab) =>
      element(
        'a',
        { href: linkTo(['user', id, tab.name]), 'aria-current': tab === current && 'page' },
        text(tab.title),
      ),
    ),
  )
