import { match } from '@formatjs/intl-localematcher'
import { LRUCache } from 'lru-cache'
import { ConfigError } from '../config/load-config.ts'
import { type Language, languageOf, languagesFolder, listTags, readLanguageFile } from './language.ts'
import { type OwnTexts, readOwnTexts, withOwnTexts } from './own-texts.ts'
import { isPseudo, pseudoLanguage } from './pseudo.ts'
import { acceptedTags, canonicalTag, relevantPart, sourceTag } from './tags.ts'

export type Messages = {
  /** The language of those that cannot be served in theirs. */
  readonly fallback: Language
  /** Every language that somebody may get. */
  readonly used: () => readonly Language[]
  /** The languages that users may choose from. */
  readonly offered: () => readonly Language[]
  /** Exactly that language, if it is one of the server's. */
  readonly find: (tag: string) => Language | undefined
  /** The language that serves readers of this one best, as German those of Austrian German. */
  readonly nearest: (tag: string | null | undefined) => Language | undefined
  /** The best language for an Accept-Language header. Remembered by header, as browsers send few different ones. */
  readonly accepted: (header: string | undefined) => Language | undefined
}

type Options = {
  readonly defaultLocale: string
  /** The only languages that are used; undefined for all that there are. */
  readonly locales?: readonly string[] | undefined
  /** Folder of the operator's own texts of mails. */
  readonly mailTextsDir?: string | undefined
}

const mostHeaders = 256

/**
 * Languages are read when they are first used.
 * @throws {ConfigError} with everything that is wrong with the operator's own texts
 */
export function openMessages({ defaultLocale, locales, mailTextsDir }: Options): Messages {
  const used = locales ?? listTags(languagesFolder)
  const own = ownTexts(mailTextsDir)
  const readFile = (tag: string) => withOwnTexts(readLanguageFile(languagesFolder, tag), own.get(tag))
  const source = readFile(sourceTag)
  const fileOf = (tag: string) => (isPseudo(tag) ? pseudoLanguage(tag, source) : readFile(tag))
  const read = new Map<string, Language>()
  const get = (tag: string): Language => {
    const language = read.get(tag) ?? languageOf(tag, fileOf(tag), source)
    read.set(tag, language)
    return language
  }
  const find = (tag: string): Language | undefined => {
    const canonical = canonicalTag(tag)
    return canonical !== undefined && used.includes(canonical) ? get(canonical) : undefined
  }
  const nearest = (tag: string): Language | undefined => {
    const canonical = canonicalTag(tag)
    const found = canonical === undefined ? none : match([canonical], used, none)
    return found === none ? undefined : get(found)
  }
  const remembered = new LRUCache<string, { readonly language: Language | undefined }>({ max: mostHeaders })
  return {
    get fallback() {
      return get(defaultLocale)
    },
    used: () => used.map(get),
    offered: () => used.map(get).filter(({ isComplete }) => isComplete || locales !== undefined),
    find,
    nearest: (tag) => (tag ? nearest(tag) : undefined),
    accepted: (header) => {
      if (header === undefined) return undefined
      const part = relevantPart(header)
      const known = remembered.get(part)
      if (known) return known.language
      const language = firstOf(acceptedTags(part), nearest)
      // A copy: part of a string keeps the whole of it in memory.
      remembered.set(Buffer.from(part, 'latin1').toString('latin1'), { language })
      return language
    },
  }
}

function ownTexts(folder: string | undefined): OwnTexts {
  if (folder === undefined) return new Map()
  const { texts, mistakes } = readOwnTexts(folder)
  if (mistakes.length > 0) throw new ConfigError(mistakes.map((one) => `MAIL_TEXTS_DIR: ${one}`))
  return texts
}

/** No language has this tag; the matcher gives it for languages that none is near to. */
const none = 'und'

function firstOf<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
