import { ConfigError } from './config.ts'
import { KeyringError } from './crypto/keyring.ts'
import { EmbeddedDatabaseError } from './db/embedded/database.ts'
import { reasonsOf } from './errors/cause.ts'
import { OperatorError } from './operator-error.ts'
import { SearchIndexError } from './ports/search-index.ts'

const connectionCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'ENOENT', 'EHOSTUNREACH'])

/** Their messages are for operators. */
const explained = [ConfigError, EmbeddedDatabaseError, KeyringError, OperatorError]

type SystemError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number }

/** What an operator reads when a process does not start: one clear sentence where the cause is known, else the stack. */
export function explainStartFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (explained.some((kind) => error instanceof kind)) return error.message
  if (error instanceof SearchIndexError) return `${reasonsOf(error).join(': ')}.`
  const { code, syscall, address, port } = error as SystemError
  if (code === 'EADDRINUSE') return `Port ${port} is in use already; stop what uses it or set PORT to another one.`
  if (syscall === 'connect' && code && connectionCodes.has(code)) {
    return `No connection to ${address ?? 'a server'}${port ? `:${port}` : ''} (${code}): is it running, and is DATABASE_URL right?`
  }
  return error.stack ?? error.message
}
