import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { OperatorError } from '../../sign-in/operator-error.ts'
import type { Entry, Reader } from './entry.ts'
import { readCsv } from './read-csv.ts'
import { readDocument } from './read-document.ts'
import { parseObject, readLines } from './read-lines.ts'

/** How a system's export is laid out. */
export type Layout = {
  /** The file is always one JSON object a line. */
  readonly isLines?: true
  /** Names under which a JSON document may have its list of accounts. */
  readonly lists?: readonly string[]
  /** Names of the columns of a CSV without a header. */
  readonly columns?: readonly string[]
  /** Bytes of one account. */
  readonly mostBytes?: number
}

const mostBytesOfAccount = 1024 * 1024
/** Characters read to tell CSV from JSON while no line has ended. */
const mostSniffed = 64 * 1024

export const openInput = (file: string): Readable => (file === '-' ? process.stdin : createReadStream(file))

/** The entries of a file in batches as they are read: JSON lines, a JSON document or CSV, compressed by gzip or not. */
export async function* readEntries(
  input: Readable,
  layout: Layout,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<Entry[]> {
  let reader: Reader | undefined
  let text = ''
  for await (const piece of textOf(input, onBytes)) {
    text += piece
    reader ??= chooseReader(text, layout)
    if (reader === undefined) continue
    yield reader.push(text)
    text = ''
  }
  // The file is one line without an LF, or empty.
  reader ??= chooseReader(`${text}\n`, layout) ?? readLines(mostBytesOfAccount)
  yield [...reader.push(text), ...reader.end()]
}

/** Returns undefined until the text shows what format it is in. */
function chooseReader(text: string, layout: Layout): Reader | undefined {
  const { isLines, lists = [], columns, mostBytes = mostBytesOfAccount } = layout
  if (isLines) return readLines(mostBytes)
  const begun = text.trimStart()
  if (begun === '') return undefined
  if (begun.startsWith('[')) return readDocument({ lists, mostBytes })
  const end = begun.indexOf('\n')
  if (end === -1 && begun.length < mostSniffed) return undefined
  if (!begun.startsWith('{')) return readCsv({ columns, mostBytes })
  const first = end === -1 ? undefined : parseObject(begun.slice(0, end))
  const isAccount = first !== undefined && 'record' in first && !lists.some((name) => name in first.record)
  return isAccount ? readLines(mostBytes) : readDocument({ lists, mostBytes })
}

async function* textOf(input: Readable, onBytes: (count: number) => void): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  try {
    for await (const bytes of unpacked(counted(input, onBytes))) {
      // In another encoding names would lose their letters, and two addresses could become one.
      decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true })
      yield decoder.decode(bytes, { stream: true })
    }
    yield decoder?.decode() ?? ''
  } catch (error) {
    const says = unreadable[(error as NodeJS.ErrnoException).code ?? '']
    throw says === undefined ? error : new OperatorError(says, { cause: error })
  }
}

/** PowerShell writes files in UTF-16 with a byte order mark, which the decoder drops. */
const encodingOf = ([first, second]: Buffer): string =>
  first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'

const unreadable: Readonly<Record<string, string>> = {
  ERR_ENCODING_INVALID_ENCODED_DATA: 'The file is not UTF-8 from here on: convert it (iconv), and import it again.',
  Z_BUF_ERROR: 'The file is packed by gzip, and cut off.',
  Z_DATA_ERROR: 'The file is packed by gzip, and damaged.',
  EISDIR: 'That is a folder, not a file.',
}

async function* counted(input: Readable, onBytes: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const bytes of input) {
    onBytes(bytes.length)
    yield bytes
  }
}

async function* unpacked(all: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { value: first, done } = await all.next()
  if (done) return
  const again = async function* () {
    yield first
    yield* all
  }
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield* again()
    return
  }
  const unzip = createGunzip()
  // An error reaches the reader of `unzip`, so the callback has nothing to do.
  pipeline(again(), unzip, () => {})
  yield* unzip
}
