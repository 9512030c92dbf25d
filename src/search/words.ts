import { editDistances } from '../text/edit-distances.ts'
import { nameFold } from './fold.ts'

const mostWords = 10
/** Longer than any word of a name; whatever it begins like is found by as much of it. */
const mostLetters = 64

/** What is asked for: words that stand apart, each in the parts that punctuation makes of it. */
export type Query = readonly (readonly string[])[]

/** Folded, and not more than ten parts; those that hold neither a letter nor a digit would find everybody. */
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

/** How many typing errors a word may have: none in a short one, as everything would be near it. */
export function typingErrorsOf(word: string): number {
  const { length } = [...word]
  return length < 5 ? 0 : length < 9 ? 1 : 2
}

/**
 * The words of a user, with and without what parts them. Not the whole name as one word: a slip in it may be where
 * another word begins.
 */
export function wordsOf(handle: string, displayName: string): string[] {
  const words = [handle, displayName]
    .map(nameFold)
    .flatMap((folded) => [...folded.split(/[ -]/), ...folded.replaceAll('-', '').split(' ')])
    .filter(Boolean)
  return [...new Set(words)]
}

/**
 * How many errors the word that is asked for has, held against the best of the words or its beginning; none where they
 * are too many.
 */
export function errorsIn(asked: string, words: readonly string[]): number | undefined {
  const letters = [...asked]
  const most = typingErrorsOf(asked)
  // A longer beginning of a word has more letters too many than are allowed.
  const beginningOf = (word: string): string[] => [...word].slice(0, letters.length + most)
  const fewest = Math.min(
    ...words.map((word) => (word.startsWith(asked) ? 0 : countErrors(letters, beginningOf(word)))),
  )
  return fewest <= most ? fewest : undefined
}

/** Up to where the beginning of the word fits best; a wrong first letter counts twice. */
function countErrors(asked: readonly string[], word: readonly string[]): number {
  const errors = Math.min(...editDistances(asked, word))
  return errors > 0 && asked[0] !== word[0] ? errors + 1 : errors
}
