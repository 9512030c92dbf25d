import type { DataOf } from '../../../../client/client.ts'
import { api } from '../api.ts'
import { badge, element, paragraph, section } from '../elements.ts'
import { moment, text } from '../language.ts'
import { later } from '../later.ts'
import { showAgain } from '../places.ts'
import { rowsOf } from '../rows.ts'
import type { Screen } from '../screen.ts'
import { failure } from '../sentences.ts'
import type { Column } from '../table.ts'

type Examined = DataOf<'GET', '/v0/admin/doctor'>
type Finding = Examined['findings'][number]

/** The checks of `npm run admin -- doctor`. They take some seconds, and their findings are good for a minute. */
export const doctor: Screen = {
  name: 'doctor',
  title: 'doctor.title',
  least: 'admin',
  show: () => [
    element('div', { class: 'acts' }, element('button', { type: 'button', click: showAgain }, text('doctor.again'))),
    later(findings()),
  ],
}

async function findings(): Promise<readonly Node[]> {
  const { data, error } = await api.GET('/v0/admin/doctor')
  if (error) return [failure(error)]
  return [
    element('p', { class: 'soft' }, text('doctor.examined', { time: moment(data.examined_at) })),
    rowsOf({ caption: text('doctor.title'), columns: columns() }, data.findings),
    ...(data.notes.length > 0
      ? [section(text('doctor.notes'), ...data.notes.map((note) => paragraph(inEnglish(note))))]
      : []),
  ]
}

/** What it says is for operators, and in English like the command's. */
const inEnglish = (words: string): HTMLElement => element('span', { lang: 'en', dir: 'ltr' }, words)

const columns = (): readonly Column<Finding>[] => [
  { title: text('doctor.check'), cell: ({ name }) => inEnglish(name) },
  {
    title: text('users.status'),
    cell: ({ is_fine }) => (is_fine ? badge(text('doctor.fine'), 'good') : badge(text('doctor.wrong'), 'bad')),
  },
  { title: text('audit.what'), cell: ({ says }) => inEnglish(says) },
]
