import { typingErrorsOf } from './words.ts'

/** So many letters at the beginning of a long word are few people's. */
const mostLettersVaried = 8

/** Patterns of LIKE for what is nearly a word. */
export type Misspelling = {
  /** Few, as an index is asked for each of them with each of every other word's; others match as well. */
  readonly sought: readonly string[]
  /** Nobody else matches them, so that a limit keeps those who were meant. None where `sought` says it all. */
  readonly meant?: readonly string[]
}

/**
 * Whatever begins like the word with one typing error or none: a letter too many, missing or wrong, or two swapped. The
 * first letter is right, as a wrong one counts twice.
 */
function withOneError(word: string): Required<Misspelling> {
  const letters = [...word]
  return { sought: halvesOf(letters).map(beginning), meant: variantsOf(word, letters).map(beginning) }
}

/** One half is right, or the last letter of the first has changed places with the first of the second. */
function halvesOf(letters: readonly string[]): string[] {
  // An index knows three letters in a row, or two that begin a word.
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
 * The same with two errors, for words that may have as many; others match as well. Either the first half has one at
 * most, or the second is right but for a letter that changed places with one of the first. A wrong first letter leaves
 * none for the rest.
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
 * As `search_words` has them: each word after a blank. Words are letters, digits and their signs, so nothing in them is
 * a wildcard.
 */
const beginning = (pattern: string): string => `% ${pattern}%`

/** Of each word, first with one error, then with two where some word may have them: `meant` is wider than that then. */
export function misspellingsOf(words: readonly string[]): Misspelling[][] {
  const most = Math.max(...words.map(typingErrorsOf))
  return [1, 2].filter((errors) => errors <= most).map((errors) => words.map((word) => misspellingOf(word, errors)))
}

function misspellingOf(word: string, errors: number): Misspelling {
  const allowed = Math.min(errors, typingErrorsOf(word))
  if (allowed === 0) return { sought: [beginning(word)] }
  return allowed === 1 ? withOneError(word) : withTwoErrors(word)
}
