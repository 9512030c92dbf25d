import { accessSync, constants, statSync } from 'node:fs'
import type { Kind } from './kinds.ts'
import { encoded, parseUrl } from './urls.ts'

/**
 * libpq accepts a URL without a host if the parameter `host` names a socket, but URL does not. So `localhost` is filled
 * in; the driver prefers the parameter.
 */
const withHost = (given: string): string =>
  /[?&]host=/.test(given) ? given.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/:?])/, '$1localhost') : given

/** The driver ignores any other value, and would connect without TLS. */
const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

export const postgresUrl: Kind<string> = (given) => {
  const value = withHost(given)
  const url = parseUrl(value, ['postgres', 'postgresql'])
  if (!url)
    return {
      expected:
        'postgres://user:password@host:5432/database, or ' +
        `postgres://user@/database?host=/run/postgresql, ${encoded}`,
    }
  if (url.searchParams.getAll('sslmode').some((mode) => mode !== '' && !sslModes.includes(mode)))
    return { expected: `a URL whose sslmode is one of ${sslModes.join(', ')}` }
  for (const name of ['sslrootcert', 'sslcert', 'sslkey'])
    for (const file of url.searchParams.getAll(name)) {
      const fault = file === '' ? undefined : whyUnreadable(file)
      if (fault !== undefined) return { expected: `a URL whose ${name} can be read, but ${fault}` }
    }
  return { value }
}

function whyUnreadable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK)
    return statSync(file).isDirectory() ? `${file} is a folder` : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be (${code})`
  }
}

/** The word `embedded` means the same as an unset variable, but production requires DATABASE_URL to be set. */
export const databaseUrl: Kind<string | undefined> = (given) => {
  if (given === 'embedded') return { value: undefined }
  const outcome = postgresUrl(given)
  return 'value' in outcome ? outcome : { expected: `the word embedded or ${outcome.expected}` }
}
