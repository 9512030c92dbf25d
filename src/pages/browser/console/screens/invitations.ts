import type { DataOf } from '../../../../client/client.ts'
import { act, why } from '../act.ts'
import { api } from '../api.ts'
import { badge, type Child, element, theirs } from '../elements.ts'
import { filled } from '../filled.ts'
import { moment, text, wordFor } from '../language.ts'
import { list } from '../list.ts'
import { linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import type { Column } from '../table.ts'

type Invitation = DataOf<'GET', '/v0/admin/invitations'>['data'][number]

const tones = { open: 'fair', accepted: 'good', revoked: 'plain', expired: 'plain' } as const

export const invitations: Screen = {
  name: 'invitations',
  title: 'invitations.title',
  least: 'admin',
  show: (place) => [
    element('div', { class: 'acts' }, invite()),
    ...list({
      place,
      caption: text('invitations.title'),
      columns: columns(),
      load: (query) => api.GET('/v0/admin/invitations', { params: { query } }),
    }),
  ],
}

const columns = (): readonly Column<Invitation>[] => [
  { title: text('users.email'), cell: (one) => [whose(one), under(one.display_name)] },
  { title: text('users.status'), cell: ({ state }) => badge(wordFor('invitation', state), tones[state]) },
  { title: text('users.role'), cell: ({ roles }) => roles.map((role) => badge(wordFor('role', role))) },
  { title: text('invitations.sent'), isShort: true, cell: ({ created_at }) => moment(created_at) },
  { title: text('invitations.until'), isShort: true, cell: ({ expires_at }) => moment(expires_at) },
  { title: text('list.acts'), cell: (one) => acts(one) },
]

const under = (name: string | undefined): Child =>
  name !== undefined && element('span', { class: 'under' }, theirs(name))

/** Once it is accepted, there is somebody to look at. */
const whose = ({ email, user_id }: Invitation): Child =>
  user_id === undefined ? theirs(email) : element('a', { href: linkTo(['user', user_id]) }, theirs(email))

function acts({ id, email, state }: Invitation): Child {
  if (state === 'accepted' || state === 'revoked') return undefined
  const params = { path: { id } }
  const resend = act({
    title: text('invitations.resend'),
    what: email,
    explanation: text('invitations.resend_what', { email }),
    fields: [why()],
    send: ({ reason }) => api.POST('/v0/admin/invitations/{id}/resend', { params, body: { reason } }),
    said: text('invitations.sent_again'),
  })
  const revoke = act({
    title: text('invitations.revoke'),
    what: email,
    explanation: text('invitations.revoke_what', { email }),
    fields: [why()],
    isDanger: true,
    send: ({ reason }) => api.DELETE('/v0/admin/invitations/{id}', { params, body: { reason } }),
    said: text('invitations.revoked'),
  })
  return element('div', { class: 'acts' }, resend, revoke)
}

const roles = [[], ['mod'], ['admin']] as const

/** To the address that somebody asked for, or to one that is typed. */
export const invite = (email = ''): HTMLElement =>
  act({
    title: text('invitations.invite'),
    fields: [
      { name: 'email', label: text('users.email'), kind: 'email', value: email },
      { name: 'display_name', label: text('invitations.name'), isOptional: true },
      {
        name: 'role',
        label: text('users.role'),
        options: roles.map(([role]) => ({ value: role ?? '', word: role ? wordFor('role', role) : text('role.none') })),
      },
      {
        name: 'message',
        label: text('invitations.message'),
        kind: 'prose',
        hint: text('invitations.message_hint'),
        isOptional: true,
      },
      why(),
    ],
    about: { 'user:email_already_exists': 'email' },
    send: ({ role, email: to, reason, ...optional }) =>
      api.POST('/v0/admin/invitations', {
        body: { email: to, reason, roles: roles.find(([one]) => one === role) ?? [], ...filled(optional) },
      }),
    said: text('invitations.invited'),
  })
