import { catalogue, type ErrorCode } from './catalogue.ts'
import type { DomainError } from './fault.ts'

export type ErrorStyle = {
  readonly publicUrl: string
  /** Whether every error carries `details`, as in development. */
  readonly withDetails: boolean
}

export const problemType = (publicUrl: string, code: ErrorCode): string => `${publicUrl}/docs/errors#${code}`

const acceptsProblem = /(?:^|,)\s*application\/problem\+json\s*(?:;(?!\s*q=0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i

/** The only way an error becomes bytes: in Postern's own shape, or as RFC 9457 if the client asks for that. */
export function errorDocument(error: DomainError, accept: string | undefined, style: ErrorStyle) {
  const { status, title, description } = catalogue[error.code]
  const { fields, details = `${title}: ${description}` } = error.circumstances
  const problem = accept !== undefined && acceptsProblem.test(accept)
  const body = problem
    ? {
        type: problemType(style.publicUrl, error.code),
        title,
        status,
        code: error.code,
        ...(fields && { fields }),
        ...(style.withDetails && { detail: details }),
      }
    : { status, code: error.code, ...(fields && { fields }), ...(style.withDetails && { details }) }
  return {
    status,
    contentType: problem ? 'application/problem+json' : 'application/json',
    headers: errorHeaders(error, status),
    body: JSON.stringify(body),
  }
}

function errorHeaders(error: DomainError, status: number): Record<string, string> {
  const headers: Record<string, string> = { 'x-error-code': error.code, 'cache-control': 'no-store' }
  const { retryAfterSeconds } = error.circumstances
  if (status === 429 || status === 503) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterSeconds ?? 5)))
  return headers
}
