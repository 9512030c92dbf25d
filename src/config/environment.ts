import type { Environment } from './config.ts'
import { readEnvFile } from './env-file.ts'
import { ConfigError } from './load-config.ts'
import { isVariable } from './spelling.ts'

/**
 * Fills the environment from the `.env` file in the current folder; variables that are already set stay.
 * @throws {ConfigError} if the file cannot be read, or has a variable's name without a value: ignoring it could start a
 * production server in development mode
 */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env, file = '.env'): Environment {
  const { values, begun } = readOrRefuse(file)
  const lost = begun.filter((name) => isVariable(name) && !(name in values) && env[name] === undefined)
  if (lost.length > 0)
    throw new ConfigError(lost.map((name) => `${name} is in .env without a value: the line must read ${name}=VALUE`))
  for (const [name, value] of Object.entries(values)) env[name] ??= value
  return env
}

function readOrRefuse(file: string) {
  try {
    return readEnvFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof TypeError)
      throw new ConfigError(['The file .env is no text in UTF-8 or UTF-16: save it as UTF-8'])
    throw new ConfigError([`The file .env cannot be read (${code})`])
  }
}
