import type { Entry, Reader } from './entry.ts'

type Options = {
  /** What the columns hold, where the file's first line does not say it. */
  readonly columns: readonly string[] | undefined
  readonly mostBytes: number
}

/** How PostgreSQL and MySQL write that there is nothing. */
const nothing = '\\N'

/**
 * RFC 4180: a row ends at LF, but not in quotes. The first says what the columns are, and by how it does so, what
 * separates them.
 */
export function readCsv({ columns: given, mostBytes }: Options): Reader {
  let columns = given
  let separator = ','
  let [line, lineOfRow] = [1, 1]
  let cells: string[] = []
  let cell = ''
  let length = 0
  let state: 'start' | 'plain' | 'quoted' | 'quote in quotes' = 'start'

  const endCell = (): void => {
    cells.push(cell)
    ;[cell, state] = ['', 'start']
  }
  const endRow = (): Entry[] => {
    // Excel's end of a line, where it is not in quotes.
    if (cell.endsWith('\r')) cell = cell.slice(0, -1)
    endCell()
    const [row, at, isTooLong] = [cells, `line ${lineOfRow}`, length > mostBytes]
    ;[cells, length] = [[], 0]
    if (row.length === 1 && row[0] === '') return []
    if (isTooLong) return [{ at, refused: `longer than ${mostBytes} bytes` }]
    if (columns === undefined) {
      columns = row.map((name) => name.trim())
      return []
    }
    return [
      {
        at,
        record: Object.fromEntries(columns.map((name, index) => [name, row[index] === nothing ? '' : row[index]])),
      },
    ]
  }
  const passPlain = (character: string): Entry[] => {
    if (character === '\n') return endRow()
    if (character === separator) endCell()
    else if (character === '"' && state === 'start') state = 'quoted'
    else add(character)
    return []
  }
  const pass = (character: string): Entry[] => {
    length++
    if (character === '\n') line++
    // A quote that is never closed must not take the rest of the file.
    if (state === 'quoted' && length <= mostBytes) {
      if (character === '"') state = 'quote in quotes'
      else add(character)
      return []
    }
    if (state !== 'quote in quotes') return passPlain(character)
    state = character === '"' ? 'quoted' : 'plain'
    if (character !== '"') return passPlain(character)
    add(character)
    return []
  }
  const add = (character: string): void => {
    if (state === 'start') state = 'plain'
    if (length <= mostBytes) cell += character
  }
  const start = (text: string): void => {
    if (given === undefined && columns === undefined && line === 1 && length === 0) separator = separatorOf(text)
  }
  return {
    push: (text) => {
      start(text)
      const entries: Entry[] = []
      for (const character of text) {
        if (length === 0) lineOfRow = line
        entries.push(...pass(character))
      }
      return entries
    },
    end: () => (length === 0 ? [] : endRow()),
  }
}

/** Spreadsheets write a semicolon where the comma is in numbers; PostgreSQL's and MySQL's own tools a tab. */
function separatorOf(text: string): string {
  const [first = ''] = text.split('\n', 1)
  return [',', ';', '\t'].toSorted((one, other) => first.split(other).length - first.split(one).length)[0] ?? ','
}
