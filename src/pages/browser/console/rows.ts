import { element } from './elements.ts'
import { text } from './language.ts'
import { type Column, table } from './table.ts'

type Rows<Row> = { readonly caption: string; readonly columns: readonly Column<Row>[] }

/** All rows of a short list. */
export function rowsOf<Row>({ caption, columns }: Rows<Row>, rows: readonly Row[]): HTMLElement {
  if (rows.length === 0) return element('p', { class: 'soft' }, text('list.none'))
  return table({ caption, columns, rows })
}
