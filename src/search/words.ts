import { editDistances } from '../text/edit-distances.ts'
import { nameFold } from './fold.ts'

const mostWords = 10
/** Letters of a query's word that are searched; hardly any word of a name is longer. */
const mostLetters = 64

/** The words of a query that white space separates, each as the parts that punctuation separates. */
export type Query = readonly (readonly string[])[]

/** Folds a query into at most ten parts. Parts without a letter or digit are dropped, as they would match all users. */
export function queryOf(asked: string): Query {
  let left = mostWords
  return nameFold(asked)
    .split(' ')
    .map((word) => {
      const parts = word.split('-').filter(isWord).slice(0, left).map(cutToMost)
      left -= parts.length
      return parts
    })
    .filter((parts) => parts.length > 0)
}

const cutToMost = (word: string): string => [...word].slice(0, mostLetters).join('')

const isWord = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)

/** How many typing errors a word may have: none if it is short, as too many words would be similar. */
export function typingErrorsOf(word: string): number {
  const { length } = [...word]
  return length < 5 ? 0 : length < 9 ? 1 : 2
}

/**
 * The words of a user, both split at punctuation and with it removed. The whole name as one word is not among them,
 * because an error in it could be where another word begins.
 */
export function wordsOf(handle: string, displayName: string): string[] {
  const words = [handle, displayName]
    .map(nameFold)
    .flatMap((folded) => [...folded.split(/[ -]/), ...folded.replaceAll('-', '').split(' ')])
    .filter(Boolean)
  return [...new Set(words)]
}

/**
 * The typing errors of a query's word, compared with the most similar word or its beginning. Returns undefined if there
 * are more than allowed.
 */
export function errorsIn(asked: string, words: readonly string[]): number | undefined {
  const letters = [...asked]
  const most = typingErrorsOf(asked)
  // A longer beginning would have more surplus letters than errors are allowed.
  const beginningOf = (word: string): string[] => [...word].slice(0, letters.length + most)
  const fewest = Math.min(
    ...words.map((word) => (word.startsWith(asked) ? 0 : countErrors(letters, beginningOf(word)))),
  )
  return fewest <= most ? fewest : undefined
}

/** The errors against the beginning of the word that fits best. A wrong first letter counts twice. */
function countErrors(asked: readonly string[], word: readonly string[]): number {
  const errors = Math.min(...editDistances(asked, word))
  return errors > 0 && asked[0] !== word[0] ? errors + 1 : errors
}
