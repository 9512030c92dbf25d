import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Kind } from './config-kinds.ts'
import { findMistakes } from './config-rules.ts'
import { type Variable, variables } from './config-variables.ts'

/** Which process reads the configuration: some variables are asked of one only. */
export type Role = 'api' | 'worker' | 'cli'

/** What the process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>

type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${Lowercase<First>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>

type Name = keyof typeof variables
type ValueOf<Entry> = Entry extends { readonly kind: Kind<infer Value> }
  ? Entry extends { readonly default: string }
    ? Value
    : Value | undefined
  : never

/**
 * The configuration, one field a variable: `DATABASE_POOL_SIZE` is `databasePoolSize`. Units are in the names; what has no
 * default is `undefined` where it is unset. Frozen.
 */
export type Config = Readonly<{ [Key in Name as CamelCase<Key>]: ValueOf<(typeof variables)[Key]> }> & {
  /** FRONTEND_URL is unset: in development the built-in pages at /account stand in for a front end. */
  readonly frontendIsDefault: boolean
}

/** Everything that is wrong with the environment, one line a mistake. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration has mistakes:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/**
 * Reads the environment once.
 * @throws {ConfigError} with all mistakes together, each naming its variable and what would be right; never a secret's value
 */
export function loadConfig(env: Environment, role: Role = 'api'): Config {
  const problems: string[] = []
  const given = readTexts(env, problems)
  const values: Record<string, unknown> = {}
  for (const name of Object.keys(variables) as Name[]) values[camelCase(name)] = readValue(name, given, problems)
  const config = completed(values, given)
  if (problems.length === 0) problems.push(...findMistakes(config, { role, isSet: (name) => given.has(name) }))
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(config)
}

/** What an operator should know although nothing is wrong. */
export function configWarnings(env: Environment): readonly string[] {
  return (Object.keys(variables) as Name[])
    .filter((name) => 'pending' in variables[name] && (env[name] || env[`${name}_FILE`]))
    .map((name) => `${name} is set, but this version does not use it yet.`)
}

function readTexts(env: Environment, problems: string[]): Map<string, string> {
  const given = new Map<string, string>()
  for (const [name, variable] of Object.entries(variables) as [Name, Variable<unknown>][]) {
    const value = env[name] || undefined
    const file = variable.secret ? env[`${name}_FILE`] || undefined : undefined
    if (value !== undefined && file !== undefined)
      problems.push(`${name} and ${name}_FILE are both set: one of them must go.`)
    const content = file === undefined ? value : readSecretFile(name, file, problems)
    if (content !== undefined) given.set(name, content)
  }
  return given
}

function readSecretFile(name: string, file: string, problems: string[]): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    problems.push(`${name}_FILE must name a readable file (${(error as NodeJS.ErrnoException).code}).`)
    return undefined
  }
}

function readValue(name: Name, given: ReadonlyMap<string, string>, problems: string[]): unknown {
  const variable: Variable<unknown> = variables[name]
  const written = given.get(name) ?? (variable.default === undefined ? undefined : expanded(variable.default, given))
  if (written === undefined) return undefined
  const outcome = variable.kind(written)
  if ('value' in outcome) return outcome.value
  // A default that follows a wrong variable is not a mistake of its own.
  if (given.has(name))
    problems.push(`${name} must be ${outcome.expected}${variable.secret ? '' : `, not "${written}"`}.`)
  return undefined
}

function expanded(template: string, given: ReadonlyMap<string, string>): string {
  return template.replace(/\{([^}]+)\}/g, (whole, name: string) => {
    if (name === 'cores - 1') return String(Math.max(1, availableParallelism() - 1))
    if (!(name in variables)) return whole
    return given.get(name) ?? expanded((variables as Record<string, Variable<unknown>>)[name]?.default ?? '', given)
  })
}

function completed(values: Record<string, unknown>, given: ReadonlyMap<string, string>): Config {
  const config = { ...values, frontendIsDefault: !given.has('FRONTEND_URL') } as {
    -readonly [Key in keyof Config]: Config[Key]
  }
  config.dataDir = resolve(config.dataDir)
  config.keysDir = resolve(config.keysDir)
  if (config.databaseUrl === 'embedded') config.databaseUrl = undefined
  return config
}

const camelCase = (name: string): string =>
  name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
