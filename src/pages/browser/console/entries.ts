import type { DataOf } from '../../../client/client.ts'
import { detailsOf, under } from './details.ts'
import { element, theirs, verbatim } from './elements.ts'
import { moment, text } from './language.ts'
import { linkTo } from './places.ts'
import { programOf } from './program-of.ts'
import type { Column } from './table.ts'

type Entry = DataOf<'GET', '/v0/admin/audit'>['data'][number]

/** The columns of what happened. Its types keep their names, by which they are filtered and exported. */
export const entryColumns = (): readonly Column<Entry>[] => [
  { title: text('errors.when'), isShort: true, cell: ({ created_at }) => moment(created_at) },
  { title: text('audit.what'), cell: ({ type, metadata }) => [verbatim(type), under(detailsOf(metadata))] },
  {
    title: text('audit.user'),
    cell: ({ user, resource }) => (user ? nameOf(user) : resource && theirs(resource.type)),
  },
  { title: text('audit.actor'), cell: ({ actor, reason }) => [actor && nameOf(actor), under(reason)] },
  {
    title: text('audit.from_where'),
    cell: ({ ip_address, user_agent }) => [
      ip_address && verbatim(ip_address),
      under(user_agent && programOf(user_agent)),
    ],
  },
]

type Named = { readonly id: string; readonly handle?: string }

const nameOf = ({ id, handle }: Named): HTMLElement =>
  element('a', { href: linkTo(['user', id]) }, theirs(handle === undefined ? id : `@${handle}`))
