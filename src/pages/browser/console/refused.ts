import type { DataOf } from '../../../client/client.ts'
import { type AnyCode, sentenceOf } from '../../../client/messages.ts'
import { badge, type Child, element, paragraph, theirs, verbatim } from './elements.ts'
import { language, moment, text, wordFor } from './language.ts'
import { linkTo } from './places.ts'
import type { Column } from './table.ts'

export type Refused = DataOf<'GET', '/v0/admin/refusals'>['data'][number]

/** The columns of what was refused, and what can be done about it. */
export const refusedColumns = (): readonly Column<Refused>[] => [
  { title: text('errors.when'), cell: ({ at, request_id }) => [moment(at), reference(request_id)] },
  { title: text('errors.request'), cell: ({ method, route }) => verbatim(`${method} ${route}`) },
  { title: text('errors.answer'), cell: explain },
]

export const whoColumn = (): Column<Refused> => ({
  title: text('errors.who'),
  cell: ({ user, network }) => [
    user &&
      element('a', { href: linkTo(['user', user.id, 'trouble']) }, theirs(user.handle ? `@${user.handle}` : user.id)),
    element('span', { class: 'under' }, verbatim(network)),
  ],
})

const reference = (id: string): Child => element('span', { class: 'under' }, verbatim(id))

/** The code with what a person was told, then what it means: those texts are the documentation's, in English. */
function explain({ code, status, cause, meaning, advice, acts = [] }: Refused): readonly Child[] {
  const helps = acts.map((act) => wordFor('help', act)).join(' · ')
  return [
    paragraph(verbatim(`${status ?? ''} ${code}`.trim()), ' ', cause !== undefined && badge(wordFor('cause', cause))),
    isKnown(code) && element('p', { class: 'soft' }, sentenceOf(language(), { code })),
    meaning !== undefined && element('p', { class: 'soft', lang: 'en', dir: 'ltr' }, `${meaning} ${advice ?? ''}`),
    helps !== '' && paragraph(text('errors.helps'), ' ', helps),
  ]
}

/** A newer server may refuse with others. */
const isKnown = (code: string): code is AnyCode => code in language().sentences
