const withoutDecomposition: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ŧ: 't',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
}

/** As `search_fold` of the database: case, accents and punctuation do not matter. */
export const searchFold = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[łøđðħıŧßæœ]/g, (letter) => withoutDecomposition[letter] ?? letter)
    .replace(punctuation, ' ')

/** White space and the punctuation of ASCII: what separates words, and what search engines take for operators. */
const punctuation = /[\s!-/:-@[-`{-~]+/g
const mostWords = 10

/** The words that are asked for, as they were written; more than ten ask for nothing more. */
export const wordsOf = (query: string): string[] =>
  query.replace(punctuation, ' ').split(' ').filter(isWord).slice(0, mostWords)

/** Without one an engine would show everybody. */
const isWord = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)

/** How many typing errors a word may have: none in a short one, as everything would be near it. */
export const typingErrorsOf = (word: string): number => (word.length < 5 ? 0 : word.length < 9 ? 1 : 2)

/** Whether a word of the text, or the beginning of one, is as good as the one that is asked for. */
export function isNear(asked: string, text: string): boolean {
  const budget = typingErrorsOf(asked)
  return text
    .split(' ')
    .filter(Boolean)
    .some((word) => {
      if (word.startsWith(asked)) return true
      const around = [0, -1, 1, -2, 2].map((more) => word.slice(0, asked.length + more))
      return [word, ...around].some((part) => countErrors(asked, part) <= budget)
    })
}

/** Letters too many, missing, wrong or swapped with their neighbour (optimal string alignment); a wrong first letter counts twice. */
function countErrors(asked: string, word: string): number {
  const rows = [Array.from({ length: word.length + 1 }, (_, index) => index)]
  for (let length = 1; length <= asked.length; length++) rows.push(nextRow(rows, asked.slice(0, length), word))
  const errors = rows.at(-1)?.at(-1) ?? 0
  return errors > 0 && asked[0] !== word[0] ? errors + 1 : errors
}

/** What it costs to make the first letters of the word, none to all, out of these. */
function nextRow(rows: readonly number[][], letters: string, word: string): number[] {
  const [last, beforeLast] = [letters.at(-1), letters.at(-2)]
  const costOf = (up: number, at: number) => rows.at(-up)?.[at] ?? Number.POSITIVE_INFINITY
  const row = [letters.length]
  for (let at = 1; at <= word.length; at++) {
    const isSwapped = at > 1 && last === word[at - 2] && beforeLast === word[at - 1]
    row.push(
      Math.min(
        (row[at - 1] ?? 0) + 1,
        costOf(1, at) + 1,
        costOf(1, at - 1) + (last === word[at - 1] ? 0 : 1),
        isSwapped ? costOf(2, at - 2) + 1 : Number.POSITIVE_INFINITY,
      ),
    )
  }
  return row
}
