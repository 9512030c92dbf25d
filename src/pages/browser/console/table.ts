import { type Child, element } from './elements.ts'

export type Column<Row> = {
  readonly title: string
  readonly cell: (row: Row) => Child | readonly Child[]
  /** What no line may break, such as a time. */
  readonly isShort?: boolean
}

type Table<Row> = {
  /** What is listed, for screen readers. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
}

/**
 * On a narrow page each row becomes a card, with the titles beside the values. Styles that make a table something else
 * take its roles away, so they are written out.
 */
export function table<Row>({ caption, columns, rows }: Table<Row>): HTMLElement {
  const cell = (row: Row, { title, cell, isShort }: Column<Row>): HTMLElement =>
    element('td', { role: 'cell', 'data-title': title, class: isShort && 'short' }, ...[cell(row)].flat())
  const head = columns.map(({ title }) => element('th', { role: 'columnheader', scope: 'col' }, title))
  const body = rows.map((row) => element('tr', { role: 'row' }, ...columns.map((column) => cell(row, column))))
  return element(
    'table',
    { role: 'table', 'aria-label': caption, keydown: moveFocus },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
    element('tbody', { role: 'rowgroup' }, ...body),
  )
}

/** What has the focus in a row: what opens it, or the first act. */
const stops = (table: Element): HTMLElement[] =>
  [...table.querySelectorAll('tbody tr')].flatMap((row) => row.querySelector<HTMLElement>('a, button') ?? [])

/** Arrows go from row to row, as in a list; Tab still goes through everything. */
function moveFocus(event: Event): void {
  const { key, currentTarget, target } = event as KeyboardEvent
  const all = stops(currentTarget as Element)
  const at = all.findIndex((stop) => stop.closest('tr')?.contains(target as Node))
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key]
  if (to === undefined || all[to] === undefined) return
  event.preventDefault()
  all[to].focus()
}

/** From a search down to what it found. */
export function enterTable(within: Element): void {
  const found = within.querySelector('table')
  if (found) stops(found)[0]?.focus()
}
