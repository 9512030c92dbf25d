import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { findNearest } from '../text/find-nearest.ts'
import { mistakesOf } from './find-mistakes.ts'
import { type LanguageFile, languagesFolder, listTags, readLanguageFile } from './language.ts'
import { sourceTag } from './tags.ts'

/** The operator's texts that stand in place of ours, by language and key. */
export type OwnTexts = ReadonlyMap<string, Readonly<Record<string, string>>>

/** Our own texts of the mails have 40 KiB in the longest language. */
const mostBytes = 256 * 1024

/** Reads the files of MAIL_TEXTS_DIR, such as `de.json`, and finds everything that is wrong with them. */
export function readOwnTexts(folder: string): { readonly texts: OwnTexts; readonly mistakes: readonly string[] } {
  const names = namesIn(folder)
  if (typeof names === 'string') return { texts: new Map(), mistakes: [names] }
  const source = readLanguageFile(languagesFolder, sourceTag)
  const read = names.map((name) => ({ name, tag: name.slice(0, -'.json'.length), ...readTexts(join(folder, name)) }))
  return {
    texts: new Map(read.map(({ tag, texts }) => [tag, texts])),
    mistakes: read.flatMap(({ name, tag, texts, mistakes }) =>
      [...unknownLanguage(tag), ...mistakes, ...mistakesIn(tag, texts, source)].map((one) => `${name}: ${one}`),
    ),
  }
}

/** Returns a sentence if there are none. */
function namesIn(folder: string): string[] | string {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    return names.length === 0 ? `${folder} has no file such as ${sourceTag}.json` : names.toSorted()
  } catch (error) {
    return `${folder} cannot be read, ${(error as NodeJS.ErrnoException).code}`
  }
}

type Read = { readonly texts: Readonly<Record<string, string>>; readonly mistakes: readonly string[] }

function readTexts(file: string): Read {
  const wrong = (mistake: string): Read => ({ texts: {}, mistakes: [mistake] })
  try {
    const found = statSync(file)
    if (!found.isFile()) return wrong('is no file')
    if (found.size > mostBytes) return wrong(`has ${found.size} bytes, ${mostBytes} at most`)
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return wrong(form)
    const entries = Object.entries(content)
    const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    const others = entries.filter(([, text]) => typeof text !== 'string')
    return { texts: Object.fromEntries(texts), mistakes: others.map(([key]) => `${key}: is no text`) }
  } catch (error) {
    if (error instanceof SyntaxError) return wrong(`is no JSON, ${error.message.replace(/\s+/g, ' ')}`)
    return wrong(`cannot be read, ${(error as NodeJS.ErrnoException).code}`)
  }
}

const form = 'must be an object of texts, such as {"mail.password_reset.subject": "…"}'

function unknownLanguage(tag: string): string[] {
  const known = listTags(languagesFolder)
  return known.includes(tag) ? [] : [`there are no texts of ours in ${tag}; there are ${known.join(', ')}`]
}

const isOfMail = (key: string): boolean => key.startsWith('mail.')

function mistakesIn(tag: string, texts: Read['texts'], source: LanguageFile): string[] {
  if (unknownLanguage(tag).length > 0) return []
  return Object.entries(texts).flatMap(([key, text]) => {
    if (!isOfMail(key)) return [`${key}: is no text of a mail, whose keys begin with mail.`]
    const original = source.messages[key]?.text
    if (original === undefined) return [`${key}: is no message of ours${nearTo(key, source)}`]
    return text === '' ? [`${key}: is empty`] : mistakesOf(tag, { key, text, original })
  })
}

function nearTo(key: string, { messages }: LanguageFile): string {
  const near = findNearest(key, Object.keys(messages).filter(isOfMail))
  return near === undefined ? '' : `; is ${near} meant?`
}

/** The language's file with the operator's texts in it. */
export const withOwnTexts = (file: LanguageFile, texts: Readonly<Record<string, string>> = {}): LanguageFile => ({
  ...file,
  messages: { ...file.messages, ...Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, { text }])) },
})
