import { oneLine } from '../text/one-line.ts'
import type { Language } from './language.ts'
import type { MailTexts } from './mail-texts.ts'
import type { Ready, Text } from './text.ts'

type ValuesOf<Key extends keyof MailTexts> = MailTexts[Key] extends null ? [] : [values: MailTexts[Key]]

/** Says in one language what stands in mails. */
export type Words = {
  readonly tag: string
  readonly dir: Language['dir']
  /** Text in a placeholder stays on its line, holds no link, and cannot turn the words around it [LO2]. */
  readonly say: <Key extends keyof MailTexts>(key: Key, ...values: ValuesOf<Key>) => string
  /** A longer text of somebody as a paragraph of its own, kept apart in the same way. */
  readonly quote: (text: string) => string
  /** The names as alternatives, each of them safe: `A, B or C`. */
  readonly either: (names: readonly string[]) => Ready
  /** The names in a row, each of them safe: `A, B and C`. */
  readonly list: (names: readonly Text[]) => Ready
}

const firstStrongIsolate = '\u2068'
const popIsolate = '\u2069'
const beyondAscii = /[^\x20-\x7e]/

/** Plain ASCII needs no isolates among words that run from left to right, and can be copied whole without them. */
const isolate = (text: string, dir: Language['dir']): string =>
  dir === 'ltr' && !beyondAscii.test(text) ? text : `${firstStrongIsolate}${text}${popIsolate}`

/** For a moment in the reader's time zone, which it names. */
const momentParts = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
} as const
/** Between digits and am or pm; few fonts of terminals have it. */
const narrowSpace = /\u202f/g

/** In UTF-16; of 500 characters each may be two. */
const longestQuote = 1000

export function wordsOf({ tag, dir, format }: Language, timeZone?: string | null): Words {
  const safe = (value: Text): string => {
    if (typeof value === 'string') return isolate(oneLine(value), dir)
    if (!(value instanceof Date)) return value.ready
    const moments = new Intl.DateTimeFormat(tag, { ...momentParts, timeZone: timeZone ?? 'UTC' })
    return moments.format(value).replace(narrowSpace, ' ')
  }
  const join = (type: 'conjunction' | 'disjunction', names: readonly Text[]): Ready => ({
    ready: new Intl.ListFormat(tag, { type }).format(names.map(safe)),
  })
  return {
    tag,
    dir,
    say: (key, ...[values]) => format<Text>(key, values ?? {}, safe),
    quote: (text) => isolate(oneLine(text, longestQuote), dir),
    either: (names) => join('disjunction', names),
    list: (names) => join('conjunction', names),
  }
}
