import { databaseFailureKind } from '../db/failure.ts'
import type { ErrorCode } from './catalogue.ts'
import { DomainError } from './fault.ts'

/** Fastify's own errors: https://fastify.dev/docs/latest/Reference/Errors/ */
const frameworkCodes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'FILE_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'general:bad_request',
  FST_ERR_CTP_INVALID_TYPE: 'general:bad_request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'general:bad_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'general:bad_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'general:bad_request',
  FST_ERR_BAD_URL: 'general:bad_request',
  FST_ERR_ASYNC_CONSTRAINT: 'general:bad_request',
  FST_ERR_NOT_FOUND: 'system:not_found',
}

const databaseCodes = {
  database: 'system:database_error',
  transaction: 'system:transaction_error',
  mistake: 'system:internal_error',
} as const satisfies Record<string, ErrorCode>

/**
 * The only place where anything that was thrown becomes an error of the catalogue. A read that waits in vain for a
 * lock, such as a migration's, has left nothing half done: to its client the database did not answer.
 */
export function toDomainError(error: unknown, { isRead = false } = {}): DomainError {
  if (error instanceof DomainError) return error
  const kind = databaseFailureKind(error)
  if (kind)
    return new DomainError(databaseCodes[isRead && kind === 'transaction' ? 'database' : kind], { cause: error })
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown }
  const known = typeof code === 'string' ? frameworkCodes[code] : undefined
  if (known) return new DomainError(known, { cause: error })
  // Errors of the JSON parser and of aborted bodies have status 400 and no code of Fastify's.
  if (statusCode === 400) return new DomainError('general:bad_request', { cause: error })
  return new DomainError('system:internal_error', { cause: error })
}
