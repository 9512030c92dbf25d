import { nameFold } from '../../src/search/fold.ts'

const lastCode = 0x10ffff
const isAssigned = /[^\p{Cn}\p{Cs}]/u

/** Every character that the normalisation leaves as it is, in order: what the database's table is asked for. */
export const ownCharacters: readonly string[] = Array.from({ length: lastCode + 1 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((letter) => isAssigned.test(letter) && letter.normalize('NFKD') === letter)

type Folded = readonly (readonly [letter: string, folded: string])[]

/** As PostgreSQL writes a multirange. A range goes on over what no text has by then, so that there are fewer. */
function rangesOf(all: Folded, wanted: string): string {
  const ranges: string[] = []
  let from: string | undefined
  let to = ''
  const codeOf = (letter: string): number => letter.codePointAt(0) ?? 0
  const end = (): void => {
    if (from !== undefined) ranges.push(`[${codeOf(from)},${codeOf(to)}]`)
    from = undefined
  }
  for (const [letter, folded] of all) {
    if (folded !== wanted) end()
    else from ??= letter
    to = letter
  }
  end()
  return `{${ranges.join(',')}}`
}

/** What the migration that made `name_fold` has from fold.ts. */
export function foldTable() {
  const all: Folded = ownCharacters.map((letter) => [letter, nameFold(letter)])
  const isLetter = (folded: string): boolean => !['', ' ', '-'].includes(folded)
  return {
    letters: JSON.stringify(Object.fromEntries(all.filter(([one, folded]) => folded !== one && isLetter(folded)))),
    dropped: rangesOf(all, ''),
    blank: rangesOf(all, ' '),
    separating: rangesOf(all, '-'),
  }
}
