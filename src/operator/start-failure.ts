import { DrizzleQueryError } from 'drizzle-orm/errors'
import pg from 'pg'
import { ConfigError } from '../config/load-config.ts'
import { KeyringError } from '../crypto/keyring.ts'
import { EmbeddedDatabaseError } from '../db/embedded/database.ts'
import { DatabaseFailure } from '../db/failure.ts'
import { reasonsOf } from '../errors/cause.ts'
import { SearchIndexError } from '../search/search-index.ts'
import { OperatorError } from '../sign-in/operator-error.ts'

const connectionCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'ENOENT', 'EHOSTUNREACH'])

/** Errors whose messages are written for operators and can be shown as they are. */
const explained = [ConfigError, EmbeddedDatabaseError, KeyringError, OperatorError]

type SystemError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number }

/** Error codes of OpenSSL and Node for a certificate whose authority is not trusted. */
const untrusted = new Set([
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_UNTRUSTED'],
])
const wrongCertificate = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID'])
const seeUrls = 'see DATABASE_URL, DATABASE_MIGRATION_URL and DATABASE_DIRECT_URL'

/**
 * Explains why PostgreSQL cannot be used: TLS, a role or database that is refused, missing rights, a standby that only
 * reads, a server that starts or ends. Returns undefined for any other error.
 */
export function explainDatabase(given: Error): string | undefined {
  const error = beneath(given)
  const { code = '' } = error as NodeJS.ErrnoException
  if (untrusted.has(code))
    return (
      `PostgreSQL's certificate comes from an authority that is not trusted (${code}). Set NODE_EXTRA_CA_CERTS to ` +
      `the authority's certificate file, or add sslrootcert=FILE to the URL; ${seeUrls}.`
    )
  if (wrongCertificate.has(code)) return `PostgreSQL's certificate is not valid: ${error.message}; ${seeUrls}.`
  if (error.message === 'The server does not support SSL connections')
    return (
      'The URL asks for TLS (sslmode), but PostgreSQL does not support it. Turn TLS on there, or remove sslmode if ' +
      `the network is private; ${seeUrls}.`
    )
  if (code.startsWith('ERR_OSSL_'))
    return `A file of sslrootcert, sslcert or sslkey cannot be read as one (${code}: ${error.message}); ${seeUrls}.`
  if (error instanceof pg.DatabaseError && /^(?:28|3D|53|57P|25006|42501)/.test(code))
    return `PostgreSQL refused the connection (${code}): ${error.message}; ${seeUrls}.`
  return undefined
}

/** What an operator reads when a process does not start: a sentence if the cause is known, otherwise the stack. */
export function explainStartFailure(given: unknown): string {
  if (!(given instanceof Error)) return String(given)
  const error = beneath(given)
  if (explained.some((kind) => error instanceof kind)) return error.message
  if (error instanceof SearchIndexError) return `${reasonsOf(error).join(': ')}.`
  const { code, syscall, address, port } = error as SystemError
  if (code === 'EADDRINUSE')
    return `Port ${port} is already in use. Stop the program that uses it, or set PORT or CONSOLE_PORT to another.`
  if (syscall === 'connect' && code && connectionCodes.has(code)) {
    const place = `${address ?? 'a server'}${port ? `:${port}` : ''}`
    return `Cannot connect to ${place} (${code}). Is it running, and is DATABASE_URL right?`
  }
  return explainDatabase(error) ?? error.stack ?? error.message
}

/** Without what wraps an error of PostgreSQL: a statement and its values would be shown instead of the cause. */
function beneath(error: Error): Error {
  const isWrapped = error instanceof DrizzleQueryError || error instanceof DatabaseFailure
  return isWrapped && error.cause instanceof Error ? beneath(error.cause) : error
}
