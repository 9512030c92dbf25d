import { type Command, groups, type Option } from './command.ts'
import { optionsOf } from './read-call.ts'

const program = 'npm run admin --'
const width = 26

/** All commands, listed by group. */
export function overviewOf(commands: Readonly<Record<string, Command>>): string {
  const all = Object.entries(commands)
  const parts = groups.map((group) => {
    const lines = all
      .filter(([, command]) => command.group === group)
      .map(([name, command]) => besides(callOf(name, command), command.does))
    return `${group}\n${lines.join('\n')}`
  })
  return `Usage: ${program} COMMAND [OPTIONS]

${parts.join('\n\n')}

${program} help COMMAND says more about one; every command takes --json and --help.
Exit codes: 0 done, 1 refused or failed, 2 not understood.`
}

export function helpOf(name: string, command: Command): string {
  const { does, details, fails, parameters = {}, examples = [] } = command
  const parts = [
    usageOf(name, command),
    `${does.charAt(0).toUpperCase()}${does.slice(1)}.`,
    details,
    list('Parameters', Object.entries(parameters)),
    list(
      'Options',
      Object.entries(optionsOf(command)).map(([option, one]) => [spell(option, one), one.about]),
    ),
    list('Exit codes', [
      ['0', 'done'],
      ['1', `${fails}; or something that it needs does not work`],
      ['2', 'not understood: nothing was done'],
    ]),
    examples.length > 0 && `Examples\n${examples.map((one) => `  ${program} ${one}`).join('\n')}`,
  ]
  return parts.filter((part) => part).join('\n\n')
}

export function usageOf(name: string, command: Command): string {
  const options = Object.entries(command.options ?? {})
  const few = options.map(([option, one]) => `[${spell(option, one)}]`)
  return ['Usage:', program, name, ...(few.length > 1 ? ['[OPTIONS]'] : few), ...parametersOf(command)].join(' ')
}

const callOf = (name: string, command: Command): string => [name, ...parametersOf(command)].join(' ')

const parametersOf = ({ parameters = {} }: Command): string[] => Object.keys(parameters)

const spell = (name: string, option: Option): string =>
  option.type === 'string' ? `--${name} ${option.takes}` : `--${name}`

const list = (title: string, entries: readonly (readonly [string, string])[]): string | undefined =>
  entries.length === 0 ? undefined : `${title}\n${entries.map(([name, about]) => besides(name, about)).join('\n')}`

/** Puts the text beside the name, or below it if the name is too long for its column. */
function besides(name: string, about: string): string {
  const lines = about.match(/.{1,80}(?:\s|$)/g) ?? []
  const indent = `\n${' '.repeat(width + 3)}`
  const text = lines.map((line) => line.trimEnd()).join(indent)
  return name.length < width ? `  ${name.padEnd(width)} ${text}` : `  ${name}${indent}${text}`
}
