import { fillIn, type Language as Sentences } from '../../../client/messages.ts'
import * as english from './languages/en.ts'
import { languages } from './languages/names.ts'
import type { Texts } from './languages/texts.ts'
import { keep, recall } from './memory.ts'

export type Key = keyof Texts
type Language = Sentences & { readonly texts: Readonly<Record<Key, string>> }

let spoken: Language = english

/** What the page is in now. */
export const language = (): Language => spoken

const place = 'postern:language'

/** The language that was chosen in this browser, else the best of those that it asks for, else English. */
export async function openLanguage(): Promise<void> {
  const [best] = [recall(place), ...navigator.languages].flatMap((tag) => (tag && nearest(tag)) || [])
  await speak(best ?? english.tag)
}

export async function choose(tag: string): Promise<void> {
  keep(place, tag)
  await speak(tag)
}

/** If its file cannot be loaded, the page stays as it is: in English, to begin with. */
async function speak(tag: string): Promise<void> {
  if (tag !== spoken.tag) {
    const loaded = tag === english.tag ? english : (import(`./languages/${tag}.ts`) as Promise<Language>)
    spoken = await Promise.resolve(loaded).catch(() => spoken)
  }
  document.documentElement.lang = spoken.tag
  document.documentElement.dir = spoken.dir
}

/** RFC 4647 lookup: `de` serves `de-AT`. Else one in the same script, as `zh-Hans` is for `zh-CN`. */
function nearest(wanted: string): string | undefined {
  const tags: readonly string[] = languages.map(({ tag }) => tag)
  const scriptOf = (tag: string): string => {
    const { language, script } = new Intl.Locale(tag).maximize()
    return `${language}-${script}`
  }
  for (let tag = wanted; tag !== ''; tag = tag.replace(/(?:^|-)[^-]*$/, '')) if (tags.includes(tag)) return tag
  return tags.find((tag) => scriptOf(tag) === scriptOf(wanted))
}

/** Texts that nothing is filled into. */
export type PlainKey = { [K in Key]: Texts[K] extends null ? K : never }[Key]

type Values<K extends Key> = Texts[K] extends null ? [] : [values: Texts[K]]

/** A text of the console. What is filled in may be a stranger's, and cannot turn around the words beside it. */
export function text<K extends Key>(key: K, ...[values]: Values<K>): string {
  const entries = Object.entries<string | number>(values ?? {})
  return fillIn(spoken.tag, spoken.texts[key], Object.fromEntries(entries.map(([name, one]) => [name, isolated(one)])))
}

/** From U+2068 to U+2069 text has a direction of its own. Plain ASCII needs none among words from left to right. */
function isolated<Value extends string | number>(value: Value): Value | string {
  if (typeof value === 'number' || (spoken.dir === 'ltr' && /^[\x20-\x7e]*$/.test(value))) return value
  return `\u2068${value}\u2069`
}

/** The console's word for a value of the wire, such as `status.banned`; a newer server's value stays as it is. */
export const wordFor = (kind: string, value: string): string => {
  const key = `${kind}.${value}`
  return key in spoken.texts ? spoken.texts[key as Key] : value
}

export const number = (value: number): string => new Intl.NumberFormat(spoken.tag).format(value)

export const day = (time: string): string => new Date(time).toLocaleDateString(spoken.tag, { dateStyle: 'medium' })

/** What a field for a time says: it knows the time of this place alone. */
export const instantOf = (local: string): string => local && new Date(local).toISOString()

export const moment = (time: string): string =>
  new Date(time).toLocaleString(spoken.tag, { dateStyle: 'medium', timeStyle: 'short' })
