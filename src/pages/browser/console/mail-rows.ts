import type { DataOf } from '../../../client/client.ts'
import { act, why } from './act.ts'
import { api } from './api.ts'
import { badge, type Child, element, theirs, verbatim } from './elements.ts'
import { moment, number, text, wordFor } from './language.ts'
import { linkTo } from './places.ts'
import type { Column } from './table.ts'

type Mail = DataOf<'GET', '/v0/admin/mails'>['data'][number]

const tones = { waits: 'fair', sent: 'good', refused: 'bad', given_up: 'bad', dropped: 'plain' } as const

export const mailColumns = (): readonly Column<Mail>[] => [
  { title: text('mails.kind'), cell: ({ purpose, to }) => [wordFor('purpose', purpose), recipient(to)] },
  {
    title: text('users.status'),
    cell: ({ state, refusal }) => [
      badge(wordFor('mail', state), tones[state]),
      refusal && element('span', { class: 'under' }, verbatim(refusal)),
    ],
  },
  { title: text('errors.when'), isShort: true, cell: ({ created_at, sent_at }) => moment(sent_at ?? created_at) },
  { title: text('mails.attempts'), cell: ({ attempts }) => number(attempts) },
]

const recipient = (to: string | undefined): Child => to !== undefined && element('span', { class: 'under' }, theirs(to))

export const ownerColumn = (): Column<Mail> => ({
  title: text('audit.user'),
  cell: ({ user }) =>
    user &&
    element('a', { href: linkTo(['user', user.id, 'trouble']) }, theirs(user.handle ? `@${user.handle}` : user.id)),
})

export const retryMail = ({ id, to = '' }: Mail): HTMLElement =>
  act({
    title: text('mails.retry'),
    what: to,
    explanation: text('mails.retry_what', { email: to }),
    fields: [why()],
    send: (body) => api.POST('/v0/admin/mails/{id}/retry', { params: { path: { id } }, body }),
    said: text('mails.retried'),
  })
