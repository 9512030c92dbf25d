import { findMistakes } from '../../src/messages/find-mistakes.ts'
import { listTags, readLanguageFile } from '../../src/messages/language.ts'
import { canonicalTag } from '../../src/messages/tags.ts'
import { addLanguage, catalogues, source, writeGenerated } from './files.ts'

// npm run messages: writes what is made from the languages, and says what they lack. -- add TAG: adds a language.

const say = (line: string): boolean => process.stdout.write(`${line}\n`)

const [command, tag = ''] = process.argv.slice(2)
if (command === 'add') add(tag)
else if (command !== undefined) fail(`There is no ${command}: npm run messages -- add TAG, or nothing after messages.`)
writeGenerated()
report()

function add(wanted: string): void {
  if (canonicalTag(wanted) !== wanted)
    fail(`${wanted || 'Nothing'} is no BCP 47 tag in its canonical form, such as pt-BR.`)
  for (const [name, folder] of Object.entries(catalogues)) {
    addLanguage(folder, wanted)
    say(`${name}/${wanted}.json: fill in each "text"; the "note" has the English one.`)
  }
}

function report(): void {
  for (const [name, folder] of Object.entries(catalogues)) {
    const english = source(folder)
    for (const one of listTags(folder)) {
      const mistakes = findMistakes(one, readLanguageFile(folder, one), english)
      say(`${name}/${one}.json: ${mistakes.length === 0 ? 'complete' : `${mistakes.length} to do`}`)
      for (const mistake of mistakes) say(`  ${mistake}`)
    }
  }
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}
