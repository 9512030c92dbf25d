import { type Exchange, type Headers, headerText } from './exchange.ts'
import type { Place } from './operations.ts'

const uuidV7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
/** That of the console goes along with nothing that another site begins. */
const cookie =
  /^__Host-(?:(?!admin_id=)\w+=[^;\s]*; (?:Max-Age=\d+; )?Path=\/; HttpOnly; Secure; SameSite=Lax|admin_id=[^;\s]*; (?:Max-Age=\d+; )?Path=\/; HttpOnly; Secure; SameSite=Strict)$/
const clearedSession = /^__Host-(?:session|admin)_id=; Max-Age=0; /
const takesCookieBack = new Set([
  'user:invalid_session',
  'session:not_found',
  'session:expired',
  'session:invalid_user_id',
])

/** The only answers that a cache may keep. */
const cacheable: Readonly<Record<string, RegExp>> = {
  '/.well-known/jwks.json': /^public, max-age=300$/,
  '/v0/errors': /^public, max-age=300$/,
  '/v0/contract': /^public, max-age=300$/,
  '/v0/auth/password-rules': /^public, max-age=300$/,
  '/v0/locales': /^public, max-age=300$/,
  '/v0/messages/{locale}': /^public, max-age=300$/,
  '/v0/files/{name}': /^public, max-age=31536000, immutable$/,
}

/** What the contract says of the headers of every answer. */
export function* everyHeader(exchange: Exchange, place: Place): Iterable<string> {
  const { headers } = exchange
  const code = headerText(headers, 'x-error-code')
  const path = place.kind === 'operation' ? place.route.path : undefined
  const isPicture = path === '/v0/files/{name}' && code === undefined
  yield* expected(headers, 'x-content-type-options', /^nosniff$/)
  yield* expected(headers, 'referrer-policy', /^no-referrer$/)
  yield* expected(headers, 'strict-transport-security', /^max-age=\d{8,}/)
  if (place.kind !== 'hidden') {
    const policy = isPicture ? /^default-src 'none'; sandbox$/ : /^default-src 'none'; frame-ancestors 'none'$/
    yield* expected(headers, 'content-security-policy', policy)
    const isKept = code === undefined && path !== undefined && cacheable[path]
    yield* expected(headers, 'cache-control', isKept || /^no-store$/)
  }
  yield* requestId(exchange)
  for (const name of ['server', 'x-powered-by', 'www-authenticate'])
    if (headers[name] !== undefined) yield `${name} is sent`
  if (code !== undefined) yield* ofErrors(exchange, code)
  yield* cookies(exchange, code)
}

function* expected(headers: Headers, name: string, pattern: RegExp): Iterable<string> {
  const value = headerText(headers, name)
  if (value === undefined || !pattern.test(value)) yield `${name}: ${value}`
}

function* requestId({ sent, headers }: Exchange): Iterable<string> {
  const [given] = [sent['x-request-id']].flat()
  const answered = headerText(headers, 'x-request-id') ?? ''
  const isKept = typeof given === 'string' && given === answered && /^[\w-]{1,64}$/.test(given)
  if (!isKept && !uuidV7.test(answered)) yield `x-request-id: ${answered}`
}

function* ofErrors({ status, headers, sent }: Exchange, code: string): Iterable<string> {
  if (status < 400) yield `X-Error-Code ${code} on ${status}`
  const mustWait = status === 429 || status === 503
  const wait = headerText(headers, 'retry-after')
  if (mustWait !== /^[1-9]\d*$/.test(wait ?? '')) yield `retry-after on ${status}: ${wait}`
  const mayBeProblem = headerText(sent, 'accept')?.toLowerCase().includes('problem+json') ?? false
  const type = headerText(headers, 'content-type') ?? ''
  if (!(mayBeProblem ? /^application\/(?:problem\+)?json/ : /^application\/json/).test(type))
    yield `content-type: ${type}`
}

/** An error opens nothing; it may take back the session cookie that caused it. */
function* cookies({ headers }: Exchange, code: string | undefined): Iterable<string> {
  const lines = [headers['set-cookie'] ?? []].flat()
  for (const line of lines) {
    if (!cookie.test(line)) yield `set-cookie: ${line}`
    if (code === undefined) continue
    if (!takesCookieBack.has(code) || !clearedSession.test(line)) yield `${code} sets a cookie: ${line}`
  }
}
