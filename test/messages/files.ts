import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LanguageFile, languagesFolder, listTags, readLanguageFile } from '../../src/messages/language.ts'
import { directionOf, sourceTag } from '../../src/messages/tags.ts'
import { clientModule, mailTextsModule } from './modules.ts'

const clientFolder = join(import.meta.dirname, '../../src/client/messages')
const mailTexts = join(languagesFolder, 'mail-texts.ts')

export const source = (): LanguageFile => readLanguageFile(languagesFolder, sourceTag)

/** Every file that is made from the languages, with what belongs into it. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
  new Map([
    [mailTexts, mailTextsModule(source())],
    ...listTags(languagesFolder).map((tag): [string, string] => [
      join(clientFolder, `${tag}.ts`),
      clientModule(tag, readLanguageFile(languagesFolder, tag)),
    ]),
  ])

export function writeGenerated(): void {
  const files = generatedFiles()
  for (const name of readdirSync(clientFolder))
    if (!files.has(join(clientFolder, name))) rmSync(join(clientFolder, name))
  for (const [file, text] of files) writeFileSync(file, text)
}

export const readBack = (file: string): string => readFileSync(file, 'utf8')

/**
 * Adds a language, or to one that is there what it lacks: each text empty, with the English one as its note. What is no
 * longer in the English file goes.
 */
export function addLanguage(tag: string): void {
  const english = source()
  const before = listTags(languagesFolder).includes(tag) ? readLanguageFile(languagesFolder, tag) : newLanguage(tag)
  const messages = Object.fromEntries(
    Object.entries(english.messages).map(([key, { text, note }]) => {
      const known = before.messages[key]?.text ?? ''
      return [key, { text: known, note: note === undefined ? text : `${text} (${note})` }]
    }),
  )
  writeFileSync(join(languagesFolder, `${tag}.json`), `${JSON.stringify({ ...before, messages }, null, 2)}\n`)
}

const newLanguage = (tag: string): LanguageFile => ({
  name: new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag,
  dir: directionOf(tag),
  reviewed_by: null,
  messages: {},
})
