import type { Page } from 'playwright-core'
import { fillIn } from '../../src/client/messages.ts'
import { type LanguageFile, readLanguageFile } from '../../src/messages/language.ts'
import { isPseudo, pseudoLanguage } from '../../src/messages/pseudo.ts'
import { catalogues, source } from '../messages/files.ts'

// The example in other languages: flows name in English what the page has in its own.

const english = source(catalogues['examples/web/messages'])

function readTexts(tag: string, folder: string): LanguageFile['messages'] {
  return (isPseudo(tag) ? pseudoLanguage(tag, source(folder)) : readLanguageFile(folder, tag)).messages
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** By what name a page in that language has the button, field or title that is called so in English. */
export function nameIn(tag: string, name: string): RegExp {
  const own = readTexts(tag, catalogues['examples/web/messages'])
  const names = Object.entries(english.messages).flatMap(([key, { text }]) => {
    // What has a choice in it names nothing that is pressed.
    if (/\{\w+, (?:select|plural),/.test(text)) return []
    const translated = own[key]?.text ?? ''
    const pattern = escaped(text).replace(/\\\{(\w+)\\\}/g, '(?<$1>.+)')
    const whole = new RegExp(`^${pattern}$`).exec(name)
    if (whole) return [filled(tag, translated, whole.groups)]
    // A button may say what it is about: `Delete Laptop`.
    const about = new RegExp(`^${pattern} (?<what>.+)$`).exec(name)
    return about ? [`${filled(tag, translated)} ${escaped(about.groups?.what ?? '')}`] : []
  })
  return new RegExp(`^(?:${names.length === 0 ? escaped(name) : names.join('|')})$`)
}

/** What is filled in may stand in isolates. */
const filled = (tag: string, text: string, values: Readonly<Record<string, string>> = {}): string =>
  Object.entries(values).reduce(
    (pattern, [name, value]) => pattern.replace(`\\{${name}\\}`, `\u2068?${escaped(value)}\u2069?`),
    escaped(fillIn(tag, text, {})),
  )

const languageOf = (page: Page): Promise<string> => page.evaluate<string>('document.documentElement.lang')

export const nameOn = async (page: Page, name: string): Promise<RegExp> => nameIn(await languageOf(page), name)

/** Whether a line has a text of the language in it, with whatever is filled in. */
export function lineFinder(tag: string): (line: string) => boolean {
  const texts = Object.values(catalogues).flatMap((folder) =>
    Object.entries(readTexts(tag, folder)).flatMap(([key, { text }]) => (/^(?:mail|title)\./.test(key) ? [] : [text])),
  )
  // A text of placeholders alone would fit any line.
  const patterns = texts.map(patternOf).flatMap((pattern) => (pattern === '.*' ? [] : [new RegExp(pattern)]))
  return (line) => patterns.some((pattern) => pattern.test(line))
}

/** Placeholders and plurals stand for anything. */
const patternOf = (text: string): string =>
  text
    .replace(/\{\w+, plural,(?:\s*[=\w]+\s*\{[^{}]*\})+\s*\}/g, '{x}')
    .split(/\{[^{}]+\}/)
    .map(escaped)
    .join('.*')
