import { drawn, element } from './elements.ts'
import { day, number, text } from './language.ts'
import { table } from './table.ts'

type Series = {
  readonly name: string
  readonly tone: 'accent' | 'failure'
  readonly values: readonly number[]
  /** Who comes on two days is counted on both, so that the days make no sum. */
  readonly isOfDays?: boolean
}

type Chart = {
  readonly title: string
  /** ISO dates, oldest first. */
  readonly days: readonly string[]
  /** The later ones stand on the earlier ones. */
  readonly series: readonly Series[]
}

const height = 100
/** Of a day, with the gap beside its bar. */
const step = 10
const gap = 2

/** Bars for days, from left to right in every language; and a table for whoever cannot see them or wants the figures. */
export function chart({ title, days, series }: Chart): HTMLElement {
  const tops = days.map((_, index) => sum(series.map(({ values }) => values[index] ?? 0)))
  const most = Math.max(1, ...tops)
  const bars = days.flatMap((date, index) => {
    let below = 0
    return series.map(({ name, tone, values }) => {
      const size = ((values[index] ?? 0) / most) * height
      below += size
      const place = { x: index * step + gap / 2, y: height - below, width: step - gap, height: size, class: tone }
      return drawn('rect', place, drawn('title', {}, `${day(date)}: ${name} ${number(values[index] ?? 0)}`))
    })
  })
  const box = `0 0 ${days.length * step} ${height}`
  return element(
    'section',
    { class: 'chart' },
    element('h2', {}, title),
    element('p', { class: 'totals' }, ...series.filter(({ isOfDays }) => !isOfDays).map(total)),
    drawn(
      'svg',
      { viewBox: box, preserveAspectRatio: 'none', role: 'img', 'aria-label': describe(title, days, tops) },
      ...bars,
    ),
    element('p', { class: 'axis', 'aria-hidden': 'true' }, ...[days[0], days.at(-1)].map((end) => end && ends(end))),
    figures(title, days, series),
  )
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)

const total = ({ name, tone, values }: Series): HTMLElement =>
  element('span', { class: tone }, element('strong', {}, number(sum(values))), ` ${name}`)

const ends = (date: string): HTMLElement => element('span', {}, day(date))

function describe(title: string, days: readonly string[], tops: readonly number[]): string {
  const most = Math.max(...tops)
  const when = days[tops.indexOf(most)] ?? ''
  return text('chart.about', { title, most: number(most), day: when && day(when) })
}

function figures(title: string, days: readonly string[], series: readonly Series[]): HTMLElement {
  const rows = days
    .map((date, index) => ({ date, values: series.map(({ values }) => values[index] ?? 0) }))
    .toReversed()
  return element(
    'details',
    {},
    element('summary', {}, text('chart.figures')),
    table({
      caption: title,
      rows,
      columns: [
        { title: text('chart.day'), cell: ({ date }) => day(date), isShort: true },
        ...series.map(({ name }, index) => ({
          title: name,
          cell: ({ values }: (typeof rows)[number]) => number(values[index] ?? 0),
        })),
      ],
    }),
  )
}
