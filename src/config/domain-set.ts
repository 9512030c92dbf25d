import { readFileSync } from 'node:fs'
import { hostNameOf } from '../text/email.ts'
import { decodeText } from './env-file.ts'
import type { Kind } from './kinds.ts'

type Entry = { readonly text: string; readonly place: string }

/**
 * Domains in A-labels, each of which stands for every domain below it as well: a list, or the file that `@FILE` names,
 * with one domain a line. Empty only if nothing is given, so that a file that lost its lines does not open sign-up.
 */
export const domainSet: Kind<ReadonlySet<string>> = (given) => {
  if (given === '') return { value: Object.freeze(new Set<string>()) }
  const entries = given.startsWith('@') ? readEntries(given.slice(1)) : listEntries(given)
  if (typeof entries === 'string') return { expected: entries }
  const wrong = entries.find(({ text }) => domainOf(text) === undefined)
  if (wrong) {
    const { text, place } = wrong
    const why = `${place}: ${JSON.stringify(text)}`
    return { expected: `domains such as example.com, without a dot or a star before them (${why})` }
  }
  if (entries.length === 0) return { expected: 'one domain or more, such as example.com' }
  return { value: Object.freeze(new Set(entries.map(({ text }) => domainOf(text) as string))) }
}

/** An entry is good if an address may have a domain below it. */
const domainOf = (text: string): string | undefined => hostNameOf(`x.${text}`)?.slice(2)

const listEntries = (given: string): Entry[] =>
  given
    .split(',')
    .map((part, index) => ({ text: part.trim(), place: `entry ${index + 1}` }))
    .filter(({ text }) => text !== '')

/** Returns words that complete "NAME must be …" if the file cannot be read. */
function readEntries(file: string): Entry[] | string {
  try {
    return decodeText(readFileSync(file))
      .split(/\r?\n/)
      .map((line, index) => ({ text: line.replace(/#.*/, '').trim(), place: `line ${index + 1} of ${file}` }))
      .filter(({ text }) => text !== '')
  } catch (error) {
    if (error instanceof TypeError) return `text in UTF-8 or UTF-16, where it is the @FILE ${file}`
    return `a file that can be read, where it is @FILE (${file}: ${(error as NodeJS.ErrnoException).code})`
  }
}
