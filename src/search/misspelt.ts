import { typingErrorsOf } from './words.ts'

/** So many letters at the beginning of a long word are few people's. */
const mostLettersVaried = 8

/**
 * Patterns of LIKE for whatever begins like the word with one typing error or none: a letter too many, missing or
 * wrong, or two swapped. The first letter is right, as a wrong one counts twice. They are exact, so an index finds
 * those who match and nobody else, and a limit is a limit on the work.
 */
function withOneError(word: string): string[] {
  const letters = [...word]
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
  return [...new Set([word, ...variants].map(beginning))]
}

/**
 * The same with two errors, for words that may have as many; others match as well. Either the first half has one at
 * most, or the second is right but for a letter that changed places with one of the first. A wrong first letter leaves
 * none for the rest.
 */
function withTwoErrors(word: string): string[] {
  const letters = [...word]
  const [first = '', second = '', ...rest] = letters
  const half = Math.ceil(letters.length / 2)
  const others = rest.join('')
  return [
    ...withOneError(letters.slice(0, Math.min(half, mostLettersVaried)).join('')),
    beginning(`${first}%${letters.slice(half + 1).join('')}`),
    ...[`_${second}${others}`, `${second}${others}`, `_${word}`, `${second}${first}${others}`].map(beginning),
  ]
}

/**
 * As `search_words` has them: each word after a blank. Words are letters, digits and their signs, so nothing in them is
 * a wildcard.
 */
const beginning = (pattern: string): string => `% ${pattern}%`

/**
 * Patterns of each word, first for one error, then for two where some word may have them: they match what was not meant
 * as well.
 */
export function misspellingsOf(words: readonly string[]): string[][][] {
  const most = Math.max(...words.map(typingErrorsOf))
  return [1, 2].filter((errors) => errors <= most).map((errors) => words.map((word) => patternsOf(word, errors)))
}

function patternsOf(word: string, errors: number): string[] {
  const allowed = Math.min(errors, typingErrorsOf(word))
  if (allowed === 0) return [beginning(word)]
  return allowed === 1 ? withOneError(word) : withTwoErrors(word)
}
