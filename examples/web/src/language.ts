import type { DataOf } from 'postern/client'
import { fillIn, type Language as Sentences } from 'postern/messages'
import { api } from './api.ts'
import * as english from './languages/en.ts'
import type { Texts } from './languages/texts.ts'
import { keep, recall } from './memory.ts'

export type Key = keyof Texts
type Language = Sentences & { readonly texts: Readonly<Record<Key, string>> }
type Offered = DataOf<'listLocales'>['locales'][number]

let spoken: Language = english
let offered: readonly Offered[] = []

/** What the page is in now. */
export const language = (): Language => spoken

/** What people may choose from. */
export const languages = (): readonly Offered[] => offered

/** The language that was chosen in this browser, else the best of those that it asks for, else the server's. */
export async function openLanguages(): Promise<void> {
  const { data } = await api.GET('/v0/locales')
  offered = data?.locales ?? []
  const asked = takeFromAddress()
  if (asked !== undefined && nearest(asked) !== undefined) remember(asked)
  const wanted = [asked, remembered(), ...navigator.languages, data?.default]
  const [best] = wanted.flatMap((tag) => (tag && nearest(tag)) || [])
  await speak(best)
}

/** The language of the account counts where nobody chose one in this browser. */
export async function adopt(locale: string | undefined): Promise<void> {
  if (locale !== undefined && remembered() === undefined) await speak(nearest(locale))
}

/** For as long as this browser keeps it. */
export async function choose(tag: string): Promise<void> {
  remember(tag)
  await speak(tag)
}

/** If its file cannot be loaded, the page stays as it is: in English, to begin with. */
async function speak(tag: string | undefined): Promise<void> {
  if (tag === undefined || tag === spoken.tag) return
  const loaded = import(`./languages/${tag}.ts`) as Promise<Language>
  spoken = await loaded.catch(() => spoken)
  document.documentElement.lang = spoken.tag
  document.documentElement.dir = spoken.dir
}

/** RFC 4647 lookup: `de` serves `de-AT`. Else one in the same script, as `zh-Hans` is for `zh-CN`. */
function nearest(wanted: string): string | undefined {
  const tags = offered.map(({ tag }) => tag)
  const scriptOf = (tag: string): string => {
    const { language, script } = new Intl.Locale(tag).maximize()
    return `${language}-${script}`
  }
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(wanted)
    for (let tag = canonical; tag !== ''; tag = tag.replace(/(?:^|-)[^-]*$/, '')) if (tags.includes(tag)) return tag
    return tags.find((tag) => scriptOf(tag) === scriptOf(canonical))
  } catch {
    // It is no language tag: an address may say anything.
    return undefined
  }
}

/** `?lang=de` chooses once; then it leaves, so that it does not choose again after somebody chose another. */
function takeFromAddress(): string | undefined {
  const address = new URL(location.href)
  const asked = address.searchParams.get('lang')
  if (asked === null) return undefined
  address.searchParams.delete('lang')
  history.replaceState(history.state, '', address)
  return asked
}

const place = 'postern:language'
let chosen: string | undefined

/** A browser that keeps nothing knows it until the page is left. */
function remember(tag: string): void {
  chosen = tag
  keep(place, tag)
}

const remembered = (): string | undefined => chosen ?? recall(place)

/** Texts that nothing is filled into. */
export type PlainKey = { [K in Key]: Texts[K] extends null ? K : never }[Key]

type Values<K extends Key> = Texts[K] extends null ? [] : [values: Texts[K]]

/** A text of the app. What is filled in may be a stranger's, and cannot turn around the words beside it. */
export function text<K extends Key>(key: K, ...[values]: Values<K>): string {
  const entries = Object.entries<string | number>(values ?? {})
  return fillIn(spoken.tag, spoken.texts[key], Object.fromEntries(entries.map(([name, one]) => [name, isolated(one)])))
}

/** From U+2068 to U+2069 text has a direction of its own. Plain ASCII needs none among words from left to right. */
function isolated<Value extends string | number>(value: Value): Value | string {
  if (typeof value === 'number' || (spoken.dir === 'ltr' && /^[\x20-\x7e]*$/.test(value))) return value
  return `\u2068${value}\u2069`
}

type WithText = { [K in Key]: Texts[K] extends Readonly<Record<string, string>> ? K : never }[Key]

/** The same with elements in the places: an address in bold, a link. */
export const phrase = <K extends WithText>(key: K, places: Readonly<Record<keyof Texts[K], Node>>): (Node | string)[] =>
  spoken.texts[key].split(/\{(\w+)\}/).map((part, index) => (index % 2 === 0 ? part : places[part as keyof Texts[K]]))

export const day = (time: string): string => new Date(time).toLocaleDateString(spoken.tag, { dateStyle: 'medium' })

export const moment = (time: string): string =>
  new Date(time).toLocaleString(spoken.tag, { dateStyle: 'medium', timeStyle: 'short' })

/** As a clock counts down: 0:05. */
export function clock(seconds: number): string {
  const write = (number: number, minimumIntegerDigits: number): string =>
    new Intl.NumberFormat(spoken.tag, { minimumIntegerDigits }).format(number)
  return `${write(Math.floor(seconds / 60), 1)}:${write(seconds % 60, 2)}`
}
