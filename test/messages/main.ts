import { findMistakes } from '../../src/messages/find-mistakes.ts'
import { languagesFolder, listTags, readLanguageFile } from '../../src/messages/language.ts'
import { canonicalTag } from '../../src/messages/tags.ts'
import { addLanguage, source, writeGenerated } from './files.ts'

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
  addLanguage(wanted)
  say(`src/messages/${wanted}.json: fill in each "text"; the "note" has the English one.`)
}

function report(): void {
  const english = source()
  for (const one of listTags(languagesFolder)) {
    const mistakes = findMistakes(one, readLanguageFile(languagesFolder, one), english)
    say(`${one}: ${mistakes.length === 0 ? 'complete' : `${mistakes.length} to do`}`)
    for (const mistake of mistakes) say(`  ${mistake}`)
  }
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}
