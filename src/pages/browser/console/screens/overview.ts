import type { DataOf } from '../../../../client/client.ts'
import { api } from '../api.ts'
import { chart } from '../chart.ts'
import { badge, element, section, verbatim } from '../elements.ts'
import { number, text, wordFor } from '../language.ts'
import { later } from '../later.ts'
import { linkTo, type Place } from '../places.ts'
import { rowsOf } from '../rows.ts'
import type { Screen } from '../screen.ts'
import { failure } from '../sentences.ts'

type Overview = DataOf<'GET', '/v0/admin/overview'>
type Day = Overview['days'][number]

const periods = ['7', '30', '90', '365'] as const

export const overview: Screen = {
  name: 'overview',
  title: 'overview.title',
  least: 'admin',
  show: (place) => {
    const days = periods.find((one) => one === place.query.get('days')) ?? '30'
    return [choice(place, days), later(figures(days))]
  },
}

const choice = ({ path }: Place, current: string): HTMLElement =>
  element(
    'nav',
    { class: 'tabs', 'aria-label': text('overview.days') },
    ...periods.map((days) =>
      element(
        'a',
        { href: linkTo(path.length === 0 ? ['overview'] : path, { days }), 'aria-current': days === current && 'page' },
        text('overview.period', { count: number(Number(days)) }),
      ),
    ),
  )

async function figures(days: string): Promise<readonly Node[]> {
  const { data, error } = await api.GET('/v0/admin/overview', { params: { query: { days } } })
  return error ? [failure(error)] : [element('div', { class: 'charts' }, ...charts(data.days)), failures(data)]
}

function charts(all: readonly Day[]): readonly HTMLElement[] {
  const days = all.map(({ day }) => day)
  const series = (name: string, tone: 'accent' | 'failure', read: (day: Day) => number) => ({
    name,
    tone,
    values: all.map(read),
  })
  return [
    chart({
      title: text('overview.sign_ups'),
      days,
      series: [series(text('overview.sign_ups'), 'accent', ({ sign_ups }) => sign_ups)],
    }),
    chart({
      title: text('overview.sign_ins'),
      days,
      series: [
        series(text('overview.sign_ins'), 'accent', ({ sign_ins }) => sign_ins),
        series(text('overview.failed'), 'failure', ({ failed }) => failed),
      ],
    }),
    chart({
      title: text('overview.active'),
      days,
      series: [{ ...series(text('overview.active'), 'accent', ({ active_users }) => active_users), isOfDays: true }],
    }),
    chart({
      title: text('overview.mails'),
      days,
      series: [
        series(text('overview.mails'), 'accent', ({ mails_sent }) => mails_sent),
        series(text('overview.failed'), 'failure', ({ mails_failed }) => mails_failed),
      ],
    }),
  ]
}

/** The bar says at a glance what the number says exactly. */
function failures({ errors }: Overview): HTMLElement {
  const most = Math.max(...errors.map(({ count }) => count))
  const columns = [
    {
      title: text('errors.answer'),
      cell: ({ code }: Overview['errors'][number]) =>
        element('a', { href: linkTo(['errors'], { query: code }) }, verbatim(code)),
    },
    {
      title: text('overview.cause'),
      cell: ({ cause }: Overview['errors'][number]) => cause && badge(wordFor('cause', cause)),
    },
    {
      title: text('overview.count'),
      cell: ({ count }: Overview['errors'][number]) => [
        element('meter', { min: 0, max: most, value: count, 'aria-hidden': 'true' }),
        ` ${number(count)}`,
      ],
    },
  ]
  return section(text('overview.errors'), rowsOf({ caption: text('overview.errors'), columns }, errors))
}
