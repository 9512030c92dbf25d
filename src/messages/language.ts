import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IntlMessageFormat } from 'intl-messageformat'
import { z } from 'zod'
import { packageRoot } from '../process/package-root.ts'
import { dissect, parseMessage } from './dissect.ts'
import { sourceTag } from './tags.ts'

/** A file of this folder, such as `de.json`. */
const languageFile = z.strictObject({
  /** The language's name in itself. */
  name: z.string().min(1),
  dir: z.enum(['ltr', 'rtl']),
  /** The native speaker who has read all of it; null until one has. */
  reviewed_by: z.string().min(1).nullable(),
  /** ICU messages by their keys. A note says to translators what the text is for. */
  messages: z.record(z.string(), z.strictObject({ text: z.string(), note: z.string().optional() })),
})

export type LanguageFile = z.infer<typeof languageFile>

type Values<Text> = Readonly<Record<string, Text | string | number>>

export type Language = {
  /** BCP 47, in canonical form, such as `pt-BR`. */
  readonly tag: string
  readonly name: string
  readonly dir: LanguageFile['dir']
  readonly reviewedBy: string | null
  /** The messages by their keys, in English where the language lacks one. */
  readonly texts: Readonly<Record<string, string>>
  readonly isComplete: boolean
  /** Fills in a message. `write` says how a text that is shown is put in; the words of a select are not shown. */
  readonly format: <Text>(key: string, values: Values<Text>, write: (text: Text) => string) => string
}

export const languagesFolder = join(packageRoot, 'src/messages')

/** The languages of a folder, by the names of its files. */
export const listTags = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort()

/** @throws {z.ZodError} if the file is not of a language's form */
export const readLanguageFile = (folder: string, tag: string): LanguageFile =>
  languageFile.parse(JSON.parse(readFileSync(join(folder, `${tag}.json`), 'utf8')))

/** The language that the texts are written in, and that the operator's commands speak. */
export function sourceLanguage(): Language {
  const source = readLanguageFile(languagesFolder, sourceTag)
  return languageOf(sourceTag, source, source)
}

const textsOf = ({ messages }: LanguageFile): [string, string][] =>
  Object.entries(messages).flatMap(([key, { text }]) => (text === '' ? [] : [[key, text]]))

type Parsed = {
  readonly message: IntlMessageFormat
  /** The placeholders for text. */
  readonly shown: ReadonlySet<string>
}

export function languageOf(tag: string, file: LanguageFile, source: LanguageFile): Language {
  const own = Object.fromEntries(textsOf(file))
  const texts = { ...Object.fromEntries(textsOf(source)), ...own }
  const parsed = new Map<string, Parsed>()
  const parse = (key: string): Parsed => {
    const text = texts[key]
    if (text === undefined) throw new Error(`there is no message ${key}`)
    const { placeholders } = dissect(text)
    const shown = [...placeholders].flatMap(([name, type]) => (type === 'text' ? [name] : []))
    // An English text has English plurals.
    return { message: parseMessage(text, key in own ? tag : sourceTag), shown: new Set(shown) }
  }
  return {
    tag,
    name: file.name,
    dir: file.dir,
    reviewedBy: file.reviewed_by,
    texts,
    isComplete: Object.keys(source.messages).every((key) => key in own),
    format: (key, values, write) => {
      const known = parsed.get(key) ?? parse(key)
      parsed.set(key, known)
      const entries = Object.entries(values).map(([name, value]) => [
        name,
        known.shown.has(name) ? write(value as never) : value,
      ])
      return String(known.message.format(Object.fromEntries(entries)))
    },
  }
}
