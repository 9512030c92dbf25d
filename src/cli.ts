import { parseArgs } from 'node:util'
import { commands } from './commands.ts'
import { loadConfig } from './config.ts'
import { readEnvironment } from './environment.ts'
import { explainStartFailure } from './start-failure.ts'

type Command = (typeof commands)[string]

const given = process.argv.slice(2)
const found = Object.entries(commands).flatMap(([name, command]) => readCommand(name, command) ?? [])[0]
if (found === undefined) {
  const asked = given.join(' ')
  const lines = Object.entries(commands).map(
    ([name, command]) => `  ${[name, ...parametersOf(command)].join(' ').padEnd(24)} ${command.usage}`,
  )
  const unknown = asked === '' || asked === 'help' ? '' : `There is no command "${asked}".\n`
  process.stderr.write(`${unknown}Commands of npm run admin -- NAME:\n${lines.join('\n')}\n`)
  process.exit(unknown === '' ? 0 : 2)
}
try {
  const { run, parameters, options } = found
  const { says, exitCode = 0 } = await run(loadConfig(readEnvironment(), 'cli'), parameters, options)
  process.stdout.write(`${says}\n`)
  process.exitCode = exitCode
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`)
  process.exit(1)
}

/** Nothing where something else was asked for, or too little or too much is given. */
function readCommand(name: string, { parameters: wanted, options: known = {}, run }: Command) {
  const words = name.split(' ')
  if (!words.every((word, index) => given[index] === word)) return undefined
  try {
    const { positionals, values } = parseArgs({
      args: given.slice(words.length),
      options: known,
      allowPositionals: true,
    })
    const least = wanted.filter((one) => !one.startsWith('[')).length
    if (positionals.length < least || positionals.length > wanted.length) return undefined
    return { run, parameters: positionals, options: values as Readonly<Record<string, string | boolean | undefined>> }
  } catch {
    // An option that it does not have.
    return undefined
  }
}

function parametersOf({ parameters, options = {} }: Command): readonly string[] {
  const named = Object.entries(options).map(([name, option]) =>
    option.type === 'string' ? `[--${name} ${option.takes}]` : `[--${name}]`,
  )
  return [...named, ...parameters]
}
