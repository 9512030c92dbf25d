import type { LanguageFile } from '../../src/messages/language.ts'

const generated = (from: string) => `// Written from src/messages/${from} by npm run messages. Do not edit.`

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
