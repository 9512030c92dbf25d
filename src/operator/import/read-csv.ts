import type { Entry, Reader } from './entry.ts'

type Options = {
  /** Names of the columns, if the file has no header. */
  readonly columns: readonly string[] | undefined
  readonly mostBytes: number
}

/** How PostgreSQL and MySQL write null, outside quotes. */
const isNothing = (text: string): boolean => text === '\\N' || text === 'NULL'

/** RFC 4180; a row ends at an LF outside quotes. The first row names the columns and shows what separates them. */
export function readCsv({ columns: given, mostBytes }: Options): Reader {
  let columns = given
  let separator = ','
  let [line, lineOfRow] = [1, 1]
  let cells: string[] = []
  let cell = ''
  let wasQuoted = false
  let length = 0
  let state: 'start' | 'plain' | 'quoted' | 'quote in quotes' = 'start'

  const endCell = (): void => {
    cells.push(!wasQuoted && isNothing(cell) ? '' : cell)
    ;[cell, wasQuoted, state] = ['', false, 'start']
  }
  const endRow = (): Entry[] => {
    // Excel ends lines with CR LF.
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
    return [{ at, record: Object.fromEntries(columns.map((name, index) => [name, row[index]])) }]
  }
  const passPlain = (character: string): Entry[] => {
    if (character === '\n') return endRow()
    if (character === separator) endCell()
    else if (character === '"' && state === 'start') [state, wasQuoted] = ['quoted', true]
    else add(character)
    return []
  }
  const pass = (character: string): Entry[] => {
    length++
    if (character === '\n') line++
    // Beyond the limit quotes no longer count, so that an unclosed one does not swallow the rest of the file.
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

/** Spreadsheets use semicolons in locales with a decimal comma; the tools of PostgreSQL and MySQL use tabs. */
function separatorOf(text: string): string {
  const [first = ''] = text.split('\n', 1)
  return [',', ';', '\t'].toSorted((one, other) => first.split(other).length - first.split(one).length)[0] ?? ','
}
