import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { findCautions } from './cautions.ts'
import type { Config, Environment, Role, Source } from './config.ts'
import { decodeText, readEnvFile } from './env-file.ts'
import { findOpenFiles } from './open-files.ts'
import { findMistakes } from './rules.ts'
import { settingsWithoutEffect } from './spelling.ts'
import { type Variable, type VariableName, variableList } from './variables.ts'

export { configurationTable, envExample } from './docs.ts'
export { variables } from './variables.ts'

/** Everything that is wrong with the environment, one line for each mistake. Never contains a secret's value. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Reads the environment, and the files that `NAME_FILE` names.
 * @param role the calling process: a worker needs SMTP_URL and WORKER_SECRET, the command line nothing that only
 * serving needs
 * @throws {ConfigError} with all mistakes together, each naming its variable and what would be right
 */
export function loadConfig(env: Environment, role: Role = 'api'): Config {
  const values: Record<string, unknown> = {}
  const sources: Partial<Record<VariableName, Source>> = {}
  const unread = new Map<VariableName, string>()
  for (const variable of variableList) {
    const outcome = readGiven(variable, env)
    if (outcome !== undefined) sources[variable.name] = env[variable.name]?.trim() ? 'env' : 'file'
    if (outcome && 'mistake' in outcome) unread.set(variable.name, outcome.mistake)
    values[variable.field] = outcome && 'value' in outcome ? outcome.value : readDefault(variable, values)
  }
  const isSet = (name: VariableName): boolean => sources[name] !== undefined
  const frontendIsDefault = !isSet('FRONTEND_URL')
  const config = Object.freeze({ ...values, frontendIsDefault, sources: Object.freeze(sources) }) as Config
  const broken = findMistakes({ config, role, isSet }, new Set(unread.keys()))
  const problems = variableList.flatMap(({ name }) => unread.get(name) ?? broken.get(name) ?? [])
  // A variable that is missing may be set under a misspelt name.
  if (problems.length > 0) throw new ConfigError([...problems, ...settingsWithoutEffect(env, {})])
  return config
}

/**
 * Warnings about accepted settings, which every start and doctor show in the same words. Never contain a secret's
 * value.
 */
export const startWarnings = (env: Environment, config: Config): string[] => [
  ...settingsWithoutEffect(env, readEnvFile().values),
  ...(env.NODE_ENV?.toLowerCase() === 'production' && !env.APP_ENV
    ? ['NODE_ENV is production, but APP_ENV is unset, so this is a server for development: set APP_ENV=production.']
    : []),
  ...findCautions(config),
  ...(config.appEnv === 'production' && env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
    ? [
        'NODE_TLS_REJECT_UNAUTHORIZED is 0: no certificate of any server is checked; remove it, and name your ' +
          'own authority in NODE_EXTRA_CA_CERTS.',
      ]
    : []),
  ...findOpenFiles(env, config),
]

type Outcome = { readonly value: unknown } | { readonly mistake: string }

function readGiven(variable: Variable, env: Environment): Outcome | undefined {
  const found = findText(variable, env)
  if (found === undefined || 'mistake' in found) return found
  const outcome = variable.kind(found.text)
  if ('value' in outcome) return outcome
  return { mistake: `${variable.name} must be ${outcome.expected}${variable.secret ? '' : quoted(found.text)}` }
}

/** Leaves out text that may hold a password or a token in a query, which a typing error would put into the log. */
const quoted = (text: string): string => (/[@?#]/.test(text) || text.length > 80 ? '' : `, not ${JSON.stringify(text)}`)

function findText(
  { name, secret }: Variable,
  env: Environment,
): { readonly text: string } | { readonly mistake: string } | undefined {
  const text = secret ? env[name] : env[name]?.trim()
  const file = secret && env[`${name}_FILE`]
  if (!file) return text ? { text } : undefined
  if (text) return { mistake: `${name} and ${name}_FILE are both set: keep one of them` }
  try {
    const content = decodeText(readFileSync(file)).replace(/\r?\n$/, '')
    return content ? { text: content } : { mistake: `${name}_FILE must name a file that is not empty` }
  } catch (error) {
    if (error instanceof TypeError) return { mistake: `${name}_FILE must name a file of text in UTF-8 or UTF-16` }
    return { mistake: `${name}_FILE must name a readable file (${(error as NodeJS.ErrnoException).code})` }
  }
}

function readDefault({ name, kind, default: template }: Variable, known: Readonly<Record<string, unknown>>): unknown {
  if (template === undefined) return undefined
  const outcome = kind(
    template.replace(/\{([^{}]+)\}/g, (whole, inner: string) => machineOrKnown(inner, known) ?? whole),
  )
  if ('value' in outcome) return outcome.value
  throw new Error(`the default of ${name} is not ${outcome.expected}`)
}

function machineOrKnown(inner: string, known: Readonly<Record<string, unknown>>): string | undefined {
  if (inner === 'cores - 1') return String(Math.max(1, availableParallelism() - 1))
  const variable = variableList.find((one) => one.name === inner)
  return variable && String(known[variable.field])
}
