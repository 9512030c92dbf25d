import { parseArgs } from 'node:util'
import { findNearest } from '../text/find-nearest.ts'
import type { Command, Option, Options } from './command.ts'

/** Options that every command takes. */
const usualOptions = {
  json: { type: 'boolean', about: 'print JSON instead of text' },
  help: { type: 'boolean', about: 'say how the command is used, and do nothing' },
} as const satisfies Readonly<Record<string, Option>>

type Known = Readonly<Record<string, Option>>

export const optionsOf = (command: Command): Known => ({ ...command.options, ...usualOptions })

export type Call = { readonly parameters: readonly string[]; readonly options: Options }

/** Reads the parameters and options after the command's name. Returns a sentence if they are wrong. */
export function readCall(given: readonly string[], name: string, command: Command): Call | string {
  const options = optionsOf(command)
  const wanted = Object.keys(command.parameters ?? {})
  const { positionals, values, tokens } = parseArgs({
    args: [...given],
    options,
    allowPositionals: true,
    // With `strict`, parseArgs throws its own messages, which suggest no similar option.
    strict: false,
    tokens: true,
  })
  const wrong = tokens.map((token) => (token.kind === 'option' ? faultOf(token, options) : undefined))
  const fault = wrong.find((one) => one !== undefined)
  if (fault !== undefined) return fault
  const parameters = positionals.slice(name.split(' ').length)
  const missing = wanted.filter((one) => !one.startsWith('['))[parameters.length]
  if (missing !== undefined) return `${missing} is missing.`
  const surplus = parameters[wanted.length]
  if (surplus !== undefined) return `"${surplus}" is one word too many.`
  return { parameters, options: values as Options }
}

type Token = {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function faultOf({ name, rawName, value, inlineValue }: Token, known: Known): string | undefined {
  const option = Object.hasOwn(known, name) ? known[name] : undefined
  if (option === undefined) {
    const near = findNearest(name, Object.keys(known))
    return `There is no option ${rawName}.${near === undefined ? '' : ` Did you mean --${near}?`}`
  }
  if (option.type === 'boolean') return value === undefined ? undefined : `--${name} takes no value.`
  // A value that begins with a dash is taken for the next option, unless it is written --reason=-value.
  const isMissing = value === undefined || (!inlineValue && /^-./.test(value))
  return isMissing ? `--${name} needs a value: --${name} ${option.takes}.` : undefined
}
