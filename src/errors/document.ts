import type { IncomingHttpHeaders } from 'node:http'
import { accepts } from '../http/accepts.ts'
import type { Messages } from '../messages/messages.ts'
import { catalogue, type ErrorCode } from './catalogue.ts'
import type { DomainError } from './fault.ts'

export type ErrorStyle = {
  readonly publicUrl: string
  /** Whether every error carries `details`, as in development. */
  readonly withDetails: boolean
  /** Titles are in English without. */
  readonly messages?: Messages
}

export const problemType = (publicUrl: string, code: ErrorCode): string => `${publicUrl}/docs/errors#${code}`

const acceptsProblem = accepts('application/problem+json')

/** The only way an error becomes bytes: in Postern's own shape, or as RFC 9457 if the client asks for that. */
export function errorDocument(error: DomainError, { accept, ...asked }: Asked, style: ErrorStyle) {
  const { status, title, description } = catalogue[error.code]
  const { fields, details = `${title}: ${description}` } = error.circumstances
  const headers = errorHeaders(error, status)
  if (!acceptsProblem(accept)) {
    const body = { status, code: error.code, ...(fields && { fields }), ...(style.withDetails && { details }) }
    return { status, contentType: 'application/json', headers, vary: 'Accept', body: JSON.stringify(body) }
  }
  const said = titleFor(error.code, asked['accept-language'], style.messages)
  const body = {
    type: problemType(style.publicUrl, error.code),
    title: said.title,
    status,
    code: error.code,
    ...(fields && { fields }),
    ...(style.withDetails && { detail: details }),
  }
  return {
    status,
    contentType: 'application/problem+json',
    headers: { ...headers, 'content-language': said.language },
    vary: 'Accept, Accept-Language',
    body: JSON.stringify(body),
  }
}

type Asked = Pick<IncomingHttpHeaders, 'accept' | 'accept-language'>

/** RFC 9457 section 3.1.3: of a problem, the title alone may be in another language. */
function titleFor(code: ErrorCode, header: string | undefined, messages: Messages | undefined) {
  const language = messages && (messages.accepted(header) ?? messages.fallback)
  if (language === undefined) return { language: 'en', title: catalogue[code].title }
  return { language: language.tag, title: language.format(`title.${code}`, {}, String) }
}

function errorHeaders(error: DomainError, status: number): Record<string, string> {
  const headers: Record<string, string> = { 'x-error-code': error.code, 'cache-control': 'no-store' }
  const { retryAfterSeconds } = error.circumstances
  if (status === 429 || status === 503) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterSeconds ?? 5)))
  return headers
}
