import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LanguageFile, languagesFolder, listTags, readLanguageFile } from '../../src/messages/language.ts'
import { directionOf, sourceTag } from '../../src/messages/tags.ts'
import {
  clientModule,
  languageNamesModule,
  mailTextsModule,
  type Program,
  programModule,
  programTextsModule,
} from './modules.ts'

const root = join(import.meta.dirname, '../..')
const clientFolder = join(root, 'src/client/messages')
const mailTexts = join(languagesFolder, 'mail-texts.ts')

const example = { messages: 'examples/web/messages', client: 'postern/messages/*' } as const
const console = {
  messages: 'src/pages/browser/console/messages',
  client: '../../../../client/messages/*.ts',
} as const

/** The server, the example and the console have texts of their own, in the same languages. */
export const catalogues = {
  'src/messages': languagesFolder,
  [example.messages]: join(root, example.messages),
  [console.messages]: join(root, console.messages),
}

const exampleFolder = join(root, 'examples/web/src/languages')
const consoleFolder = join(root, 'src/pages/browser/console/languages')

export const source = (folder: string): LanguageFile => readLanguageFile(folder, sourceTag)

/** Every file that is made from the languages, with what belongs into it. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const { 'src/messages': server } = catalogues
  return new Map([
    [mailTexts, mailTextsModule(source(server))],
    ...listTags(server).map((tag): [string, string] => [
      join(clientFolder, `${tag}.ts`),
      clientModule(tag, readLanguageFile(server, tag)),
    ]),
    ...programFiles(example, exampleFolder),
    ...programFiles(console, consoleFolder),
    [join(consoleFolder, 'names.ts'), languageNamesModule(console, languagesOf(catalogues[console.messages]))],
  ])
}

const languagesOf = (folder: string): ReadonlyMap<string, LanguageFile> =>
  new Map(listTags(folder).map((tag) => [tag, readLanguageFile(folder, tag)]))

function programFiles(program: Program & { messages: keyof typeof catalogues }, into: string): [string, string][] {
  const folder = catalogues[program.messages]
  return [
    [join(into, 'texts.ts'), programTextsModule(program, source(folder))],
    ...[...languagesOf(folder)].map(([tag, file]): [string, string] => [
      join(into, `${tag}.ts`),
      programModule(program, tag, file),
    ]),
  ]
}

export function writeGenerated(): void {
  const files = generatedFiles()
  for (const folder of [clientFolder, exampleFolder, consoleFolder])
    for (const name of readdirSync(folder)) if (!files.has(join(folder, name))) rmSync(join(folder, name))
  for (const [file, text] of files) writeFileSync(file, text)
}

export const readBack = (file: string): string => readFileSync(file, 'utf8')

/**
 * Adds a language, or to one that is there what it lacks: each text empty, with the English one as its note. What is no
 * longer in the English file goes.
 */
export function addLanguage(folder: string, tag: string): void {
  const english = source(folder)
  const before = listTags(folder).includes(tag) ? readLanguageFile(folder, tag) : newLanguage(tag)
  const messages = Object.fromEntries(
    Object.entries(english.messages).map(([key, { text, note }]) => {
      const known = before.messages[key]
      if (known !== undefined && known.text !== '') return [key, known]
      return [key, { text: '', note: note === undefined ? text : `${text} (${note})` }]
    }),
  )
  writeFileSync(join(folder, `${tag}.json`), `${JSON.stringify({ ...before, messages }, null, 2)}\n`)
}

const newLanguage = (tag: string): LanguageFile => ({
  name: new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag,
  dir: directionOf(tag),
  reviewed_by: null,
  messages: {},
})
