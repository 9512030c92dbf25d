import { dissect, type Placeholder } from '../../src/messages/dissect.ts'
import type { LanguageFile } from '../../src/messages/language.ts'

const generated = (from: string) => `// Written from src/messages/${from} by npm run messages. Do not edit.`

/** The types of what a mail fills into its texts. */
export function mailTextsModule({ messages }: LanguageFile): string {
  const keys = Object.keys(messages).filter((key) => key.startsWith('mail.'))
  const rows = keys.map((key) => `  '${key}': ${typeOf(messages[key]?.text ?? '')}`)
  return `${generated('en.json')}
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
  return `${generated(`${tag}.json`)}
import type { Sentences } from '../messages.ts'

export const tag = '${tag}'
export const dir = '${dir}'
export const sentences: Sentences = {
${sentences.join('\n')}
}
`
}

const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`
