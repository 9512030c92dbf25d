import { findNearest } from '../text/find-nearest.ts'
import type { Environment } from './config.ts'
import { type Variable, variableList } from './variables.ts'

const byName = new Map<string, Variable>(variableList.map((variable) => [variable.name, variable]))
const names = variableList.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]))
const bySpelling = new Map(names.map((name) => [looseSpelling(name), name]))

const fileOf = (name: string): Variable | undefined => byName.get(name.replace(/_FILE$/, ''))

/** Whether the name is one of Postern's variables, or one with `_FILE` at its end. */
export const isVariable = (name: string): boolean => fileOf(name) !== undefined

/** Warns of settings without effect: names close to Postern's, and in `.env` names that no known program reads. */
export function settingsWithoutEffect(env: Environment, inFile: Readonly<Record<string, string>>): string[] {
  const given = Object.keys(env).filter((name) => env[name])
  return given.flatMap((name) => findWarning(name) ?? (name in inFile ? findStranger(name) : undefined) ?? [])
}

function findWarning(name: string): string | undefined {
  const variable = fileOf(name)
  if (byName.has(name) || variable?.secret) return undefined
  if (variable) return `${name} is set, but only a secret may come from a file: set ${variable.name}.`
  const meant = bySpelling.get(looseSpelling(name)) ?? findNearest(name.toUpperCase(), names)
  return meant && `${name} is set, but unknown: is ${meant} meant?`
}

/** Variables of docker-compose.yml, of Node and the system, and of libraries that read their own variables. */
const othersNames =
  /^(?:POSTGRES_(?:API_)?PASSWORD|REDIS_PASSWORD|API_PORT|MAILPIT_PORT|PROXY_PORT|API_REPLICAS|EDGE_SUBNET|TZ|LANG|PATH|HOME|TMPDIR|PG[A-Z]+|(?:COMPOSE|DOCKER|NODE|NPM|OTEL|AWS|UV|LC|MALLOC|SSL)_\w+|(?:HTTPS?|NO|ALL)_PROXY)$/i

const findStranger = (name: string): string | undefined =>
  /^\w+$/.test(name) && !isVariable(name) && !othersNames.test(name)
    ? `${name} is set in .env, but unknown.`
    : undefined

/**
 * Returns the same for CORS_ORIGIN and CORS_ORIGINS, REDIS_URI and REDIS_URL, DATABASE_POOLSIZE and DATABASE_POOL_SIZE,
 * app_env and APP_ENV.
 */
function looseSpelling(name: string): string {
  const letters = name.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return letters.replace(/URI$/, 'URL').replace(/S$/, '')
}
