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

export function wordsOf({ tag, dir, format }: Language): Words {
  const safe = (value: Text): string => (typeof value === 'string' ? isolate(oneLine(value), dir) : value.ready)
  const join = (type: 'conjunction' | 'disjunction', names: readonly Text[]): Ready => ({
    ready: new Intl.ListFormat(tag, { type }).format(names.map(safe)),
  })
  return {
    tag,
    dir,
    say: (key, ...[values]) => format<Text>(key, values ?? {}, safe),
    either: (names) => join('disjunction', names),
    list: (names) => join('conjunction', names),
  }
}
