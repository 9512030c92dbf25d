import { parseArgs } from 'node:util'
import { readEnvironment } from './config/environment.ts'
import { loadConfig } from './config/load-config.ts'
import type { Command, Options } from './operator/command.ts'
import { commands } from './operator/commands.ts'
import { explainStartFailure } from './operator/start-failure.ts'
import { findNearest } from './text/find-nearest.ts'

type Named = readonly [name: string, command: Command]
type Call = { readonly parameters: readonly string[]; readonly options: Options }

const given = process.argv.slice(2)
const isHelp = given[0] === 'help' || given.some((word) => ['--help', '-h'].includes(word))
const words = given.filter((word, index) => !word.startsWith('-') && !(index === 0 && word === 'help'))
const named = Object.entries(commands)
  .filter(([name]) => beginsWith(words, name.split(' ')))
  .toSorted(([one], [other]) => other.length - one.length)[0]
if (isHelp || named === undefined) explain(named)
else await run(named)

function beginsWith(whole: readonly string[], part: readonly string[]): boolean {
  return part.every((word, index) => whole[index] === word)
}

/** What there is, of what was asked for as far as there is such a thing. */
function explain(one: Named | undefined): void {
  const within = Object.entries(commands).filter(([name]) => words[0] !== undefined && name.split(' ')[0] === words[0])
  const isUnknown = words.length > 0 && one === undefined
  const nearest = isUnknown ? findNearest(words.join(' '), Object.keys(commands)) : undefined
  const meant = Object.entries(commands).find(([name]) => name === nearest)
  const single = one ?? meant
  const shown = single ? [single] : within.length > 0 ? within : Object.entries(commands)
  if (isUnknown) {
    const question = meant === undefined ? '' : ` Is "${meant[0]}" meant?`
    process.stderr.write(`There is no command "${words.join(' ')}".${question}\n`)
  }
  const lines = shown.map(([name, command]) => `  ${besides(usageOf(name, command), command.usage)}`)
  process.stderr.write(`Commands of npm run admin -- NAME:\n${lines.join('\n')}\n`)
  process.exitCode = isUnknown ? 2 : 0
}

/** A long call has a line of its own. */
function besides(call: string, usage: string): string {
  const width = 24
  return call.length < width ? `${call.padEnd(width)} ${usage}` : `${call}\n${' '.repeat(width + 3)}${usage}`
}

async function run([name, command]: Named): Promise<void> {
  try {
    const call = readCall(name, command)
    if (typeof call === 'string') {
      process.stderr.write(`${call}\nUsage: npm run admin -- ${usageOf(name, command)}\n  ${command.usage}\n`)
      process.exitCode = 2
      return
    }
    const { says, exitCode = 0 } = await command.run(
      loadConfig(readEnvironment(), 'cli'),
      call.parameters,
      call.options,
    )
    process.stdout.write(`${says}\n`)
    process.exitCode = exitCode
  } catch (error) {
    process.stderr.write(`${explainStartFailure(error)}\n`)
    process.exit(1)
  }
}

/** Or what is wrong with it. */
function readCall(name: string, { parameters: wanted, options: known = {} }: Command): Call | string {
  const least = wanted.filter((one) => !one.startsWith('[')).length
  try {
    const { positionals, values } = parseArgs({ args: given, options: known, allowPositionals: true })
    const parameters = positionals.slice(name.split(' ').length)
    if (parameters.length < least) return `${wanted[parameters.length]} is missing.`
    const [surplus] = parameters.slice(wanted.length)
    if (surplus !== undefined) return `"${surplus}" is too much.`
    return { parameters, options: values as Options }
  } catch (error) {
    // An option that it does not have, or without its value.
    return (error as Error).message
  }
}

function usageOf(name: string, { parameters, options = {} }: Command): string {
  const optional = Object.entries(options).map(([option, { type, ...more }]) =>
    type === 'string' && 'takes' in more ? `[--${option} ${more.takes}]` : `[--${option}]`,
  )
  return [name, ...optional, ...parameters].join(' ')
}
