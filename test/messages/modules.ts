import { dissect, type Placeholder } from '../../src/messages/dissect.ts'
import type { LanguageFile } from '../../src/messages/language.ts'

const generated = (from: string) => `// Written from ${from} by npm run messages. Do not edit.`

/** The types of what a mail fills into its texts. */
export function mailTextsModule({ messages }: LanguageFile): string {
  const keys = Object.keys(messages).filter((key) => key.startsWith('mail.'))
  const rows = keys.map((key) => `  '${key}': ${typeOf(messages[key]?.text ?? '')}`)
  return `${generated('src/messages/en.json')}
import type { Text } from './text.ts'

/** Every text of the mails, with what is filled in. */
export type MailTexts = {
${rows.join('\n')}
}
`
}

function typeOf(text: string): string {
  const fields = [...dissect(text).placeholders].map(([name, placeholder]) => `${name}: ${fieldOf(placeholder)}`)
  return fields.length === 0 ? 'null' : `{ ${fields.join('; ')} }`
}

function fieldOf(placeholder: Placeholder): string {
  if (placeholder === 'number') return 'number'
  return placeholder === 'text' ? 'Text' : placeholder.words.map((word) => `'${word}'`).join(' | ')
}

/** What the client package has of a language: \`postern/messages/de\`. */
export function clientModule(tag: string, { dir, messages }: LanguageFile): string {
  const sentences = Object.entries(messages).flatMap(([key, { text }]) => {
    const [, name] = /^(?:error|rule)\.(.*)$/.exec(key) ?? []
    return name === undefined || text === '' ? [] : [`  ${quote(name)}: ${quote(text)},`]
  })
  return `${generated(`src/messages/${tag}.json`)}
import type { Sentences } from '../messages.ts'

export const tag = '${tag}'
export const dir = '${dir}'
export const sentences: Sentences = {
${sentences.join('\n')}
}
`
}

const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`

/** A program with texts of its own: where they are, and how it names the client package in its imports. */
export type Program = { readonly messages: string; readonly client: string }

/** The types of what a program fills into its texts. */
export function programTextsModule({ messages: folder }: Program, { messages }: LanguageFile): string {
  const rows = Object.entries(messages).map(
    ([key, { text }]) => `  '${key}': ${typeOf(text).replaceAll('Text', 'string')}`,
  )
  return `${generated(`${folder}/en.json`)}

/** Every text of the app, with what is filled in. */
export type Texts = {
${rows.join('\n')}
}
`
}

/** A language as a program loads it: its own texts, and the sentences of the client package. */
export function programModule({ messages: folder, client }: Program, tag: string, { messages }: LanguageFile): string {
  const texts = Object.entries(messages).flatMap(([key, { text }]) =>
    text === '' ? [] : [`  ${quote(key)}: ${quote(text)},`],
  )
  return `${generated(`${folder}/${tag}.json`)}
import type { Texts } from './texts.ts'

export { dir, sentences, tag } from '${client.replace('*', tag)}'
export const texts: Readonly<Record<keyof Texts, string>> = {
${texts.join('\n')}
}
`
}

/** What the console offers to choose from, without asking a server. */
export function languageNamesModule({ messages: folder }: Program, files: ReadonlyMap<string, LanguageFile>): string {
  const rows = [...files].map(([tag, { name, dir }]) => `  { tag: '${tag}', name: ${quote(name)}, dir: '${dir}' },`)
  return `${generated(folder)}

/** Each language by its own name. */
export const languages = [
${rows.join('\n')}
] as const
`
}
