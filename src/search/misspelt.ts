import { typingErrorsOf } from './words.ts'

/** Letters of a long word whose variants are sought: few names share that many first letters. */
const mostLettersVaried = 8

/** LIKE patterns for misspellings of a word. */
export type Misspelling = {
  /**
   * Patterns for the index, which also match other words. They are few, since each is combined with each pattern of
   * every other word.
   */
  readonly sought: readonly string[]
  /** Narrower patterns, so that a limit on rows keeps the meant ones. Undefined if `sought` is exact already. */
  readonly meant?: readonly string[]
}

/**
 * Patterns for names with a word that begins like this one, with at most one error: a letter too many, missing or
 * wrong, or two swapped. The first letter must be right, as a wrong one counts as two errors.
 */
function withOneError(word: string): Required<Misspelling> {
  const letters = [...word]
  return { sought: halvesOf(letters).map(beginning), meant: variantsOf(word, letters).map(beginning) }
}

/** With one error, one half is right, or the letters on both sides of the middle are swapped. */
function halvesOf(letters: readonly string[]): string[] {
  // A trigram index finds three letters in a row, or two at the beginning of a word.
  const half = Math.max(2, Math.min(Math.ceil(letters.length / 2), letters.length - 3))
  const [before, after] = [letters.slice(0, half), letters.slice(half)]
  const [first = ''] = before
  const swapped = [...before.slice(0, -1), ...after.slice(0, 1), ...before.slice(-1), ...after.slice(1)]
  return [before.join(''), `${first}%${after.join('')}`, swapped.join('')]
}

function variantsOf(word: string, letters: readonly string[]): string[] {
  const variants = letters.slice(1).flatMap((letter, index) => {
    const [before, after] = [letters.slice(0, index + 1).join(''), letters.slice(index + 2)]
    const [neighbour, ...rest] = after
    return [
      `${before}_${letter}${after.join('')}`,
      `${before}_${after.join('')}`,
      `${before}${after.join('')}`,
      ...(neighbour === undefined ? [] : [`${before}${neighbour}${letter}${rest.join('')}`]),
    ]
  })
  return [...new Set([word, ...variants])]
}

/**
 * Patterns for two errors; they also match words with more. Either the first half has at most one error, or the second
 * half is right, except that its first letter may be swapped into the first. A wrong first letter is both errors.
 */
function withTwoErrors(word: string): Misspelling {
  const letters = [...word]
  const [first = '', second = '', ...rest] = letters
  const half = Math.ceil(letters.length / 2)
  const others = rest.join('')
  const firstHalf = withOneError(letters.slice(0, Math.min(half, mostLettersVaried)).join(''))
  const more = [
    `${first}%${letters.slice(half + 1).join('')}`,
    ...[`_${second}${others}`, `${second}${others}`, `_${word}`, `${second}${first}${others}`],
  ].map(beginning)
  return { sought: [...firstHalf.sought, ...more], meant: [...firstHalf.meant, ...more] }
}

/**
 * A pattern for `search_words`, where each word follows a blank. Words are letters, digits and their marks, so they
 * contain no wildcard.
 */
const beginning = (pattern: string): string => `% ${pattern}%`

/** Patterns of each word with one error, then with two if a word may have two; `meant` then matches more as well. */
export function misspellingsOf(words: readonly string[]): Misspelling[][] {
  const most = Math.max(...words.map(typingErrorsOf))
  return [1, 2].filter((errors) => errors <= most).map((errors) => words.map((word) => misspellingOf(word, errors)))
}

function misspellingOf(word: string, errors: number): Misspelling {
  const allowed = Math.min(errors, typingErrorsOf(word))
  if (allowed === 0) return { sought: [beginning(word)] }
  return allowed === 1 ? withOneError(word) : withTwoErrors(word)
}
