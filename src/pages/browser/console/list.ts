import { element } from './elements.ts'
import { type Field, showField } from './field.ts'
import { text } from './language.ts'
import { linkTo, type Place, rewrite } from './places.ts'
import { failure, type Refusal } from './sentences.ts'
import { type Column, enterTable, table } from './table.ts'

type Filters = Readonly<Record<string, string>>

type Page<Row> = { readonly data: readonly Row[]; readonly next_cursor?: string }
type Loaded<Found> = { readonly data?: Found | undefined; readonly error?: Refusal | undefined }

type List<Row, Found extends Page<Row>> = {
  readonly place: Place
  readonly caption: string
  readonly filters?: readonly Field<string>[]
  /** Those that few need, folded away. */
  readonly moreFilters?: readonly Field<string>[]
  /** Where half of what is typed means nothing, as of an address, it counts once the field is left or Enter pressed. */
  readonly isTypedWhole?: boolean
  readonly columns: readonly Column<Row>[]
  /** What the filters and the cursor say, empty ones left out. */
  readonly load: (filters: Filters) => Promise<Loaded<Found>>
  /** Above the rows, such as how many there are in all. */
  readonly about?: (found: Found, filters: Filters) => string
}

/** Long enough for a word to be typed, short enough to be no wait. */
const pauseMs = 150

/** Rows by pages, with filters above them. Filters and page are in the address. */
export function list<Row, Found extends Page<Row>>(wish: List<Row, Found>): readonly HTMLElement[] {
  const { place, filters = [], moreFilters = [], isTypedWhole = false, columns, caption } = wish
  const found = element('div', { class: 'found' })
  const count = element('p', { class: 'soft', role: 'status' })
  const show = (field: Field<string>) =>
    showField({ ...field, value: place.query.get(field.name) ?? '', isOptional: true })
  const usual = filters.map(show)
  const rare = moreFilters.map(show)
  const read = (): Filters => {
    const entries = [...usual, ...rare].map((field): [string, string] => [field.input.name, field.read().trim()])
    return Object.fromEntries(entries.filter(([, value]) => value !== ''))
  }
  const linkOf = (cursor?: string): string => linkTo(place.path, { ...read(), ...(cursor && { cursor }) })

  let turn = 0
  let shown = ''
  const load = async (cursor?: string): Promise<void> => {
    const mine = ++turn
    shown = linkOf(cursor)
    found.ariaBusy = 'true'
    const { data, error } = await wish.load({ ...read(), ...(cursor && { cursor }) })
    // Whoever types on wants what is typed last.
    if (mine !== turn) return
    found.ariaBusy = null
    count.textContent = data ? describe(data) : ''
    if (data) found.replaceChildren(...pageOf(data, cursor !== undefined))
    else if (error) found.replaceChildren(failure(error))
  }
  const describe = (page: Found): string =>
    page.data.length === 0 ? text('list.none') : (wish.about?.(page, read()) ?? '')
  const pageOf = ({ data, next_cursor }: Found, isLater: boolean): readonly Node[] => [
    ...(data.length === 0 ? [] : [table({ caption, columns, rows: data })]),
    turnPages(isLater && linkOf(), next_cursor !== undefined && linkOf(next_cursor)),
  ]

  let timer: ReturnType<typeof setTimeout> | undefined
  const refresh = (): void => {
    clearTimeout(timer)
    if (linkOf() === shown) return
    rewrite(linkOf())
    void load()
  }
  const listeners = {
    input: () => {
      clearTimeout(timer)
      if (!isTypedWhole) timer = setTimeout(refresh, pauseMs)
    },
    change: refresh,
    submit: (event: Event) => {
      event.preventDefault()
      refresh()
    },
    keydown: (event: Event) => {
      if ((event as KeyboardEvent).key !== 'ArrowDown' || !(event.target instanceof HTMLInputElement)) return
      event.preventDefault()
      enterTable(found)
    },
  }
  const fold =
    rare.length > 0 &&
    element(
      'details',
      { open: rare.some((field) => field.read() !== '') },
      element('summary', {}, text('list.more')),
      element('div', { class: 'filters' }, ...rare.map(({ row }) => row)),
    )
  const form = element(
    'form',
    { role: 'search', ...listeners },
    element('div', { class: 'filters' }, ...usual.map(({ row }) => row)),
    fold,
  )
  void load(place.query.get('cursor') ?? undefined)
  return [...(usual.length === 0 ? [] : [form]), count, found]
}

const turnPages = (first: string | false, next: string | false): HTMLElement =>
  element(
    'p',
    { class: 'pages' },
    first !== false && element('a', { href: first }, text('list.first')),
    next !== false && element('a', { href: next, rel: 'next' }, text('list.next')),
  )
