import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Config } from '../config/config.ts'
import { type CookieName, clearCookie, readCookie } from '../http/cookies.ts'
import type { Guard } from '../http/guard.ts'
import { addVary } from '../http/vary.ts'
import { catalogue, type ErrorCode } from './catalogue.ts'
import { describeCause } from './cause.ts'
import { type ErrorStyle, errorDocument } from './document.ts'
import { DomainError } from './fault.ts'
import type { ErrorRow } from './table.ts'
import { toDomainError } from './translate.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The codes that the route's own logic may answer with: `faults(…).codes`. */
    codes?: readonly ErrorCode[]
    /**
     * The codes for required fields that are absent, null or "", in order of precedence, in place of
     * `general:bad_request`.
     */
    missing?: Readonly<Record<string, ErrorCode>>
    /** How the handler uses PostgreSQL; by default it reads on GET and writes elsewhere. */
    database?: 'none' | 'read' | 'write'
    /** Set at start: all codes of the above, of the guards and of the framework. */
    declaredCodes?: ReadonlySet<ErrorCode>
  }
}

export type ErrorOptions = ErrorStyle & {
  readonly config: Config
  /** Called if a route answers with a code that it does not declare: counted in production, a failed test elsewhere. */
  readonly onContractViolation: (route: string, code: ErrorCode) => void
  readonly allowedMethods?: (request: FastifyRequest) => readonly string[]
}

type Pages = {
  /** Makes the reply the page that a person gets in place of the error's document, if there is one, without sending it. */
  readonly findPage: (request: FastifyRequest, reply: FastifyReply) => Promise<string> | undefined
}

/** Answers every error of the server, the framework's included. */
export function domainErrors(app: FastifyInstance, { findPage, ...options }: ErrorOptions & Pages): void {
  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const body = prepareError(error, request, reply, options)
    const page = findPage(request, reply)
    return page ? page.then((shown) => reply.send(shown)) : reply.send(body)
  }
  app.addHook('onRoute', declareCodes)
  app.setErrorHandler<FastifyError>(answer)
  app.setNotFoundHandler((request, reply) => {
    // 405 is not used: a known path with another method gets a 404 whose Allow header names its methods.
    const allowed = options.allowedMethods?.(request) ?? []
    if (allowed.length > 0) reply.header('allow', allowed.join(', '))
    return answer(new DomainError('system:not_found'), request, reply)
  })
}

export const answerError = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ErrorOptions,
): FastifyReply => reply.send(prepareError(error, request, reply, options))

/** Returns the body. */
function prepareError(error: unknown, request: FastifyRequest, reply: FastifyReply, options: ErrorOptions): string {
  const { config, url: route } = request.routeOptions
  const isRead = config?.declaredCodes?.has('system:transaction_error') === false
  const known = toDomainError(ofMissingField(error, request), { isRead })
  // Without a route (unknown path, unreadable URL) no codes are declared.
  if (config?.declaredCodes && !config.declaredCodes.has(known.code)) {
    request.log.error({ route, code: known.code }, 'an error that the route does not declare')
    options.onContractViolation(`${request.method} ${route}`, known.code)
  }
  logFailure(known, request)
  // The route's serializer knows only its successes.
  reply.serializer(String)
  return writeError(known, request, reply, options)
}

/**
 * Makes the reply this error, without sending it.
 * @returns its body
 */
export function writeError(
  error: DomainError,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ErrorStyle & Pick<ErrorOptions, 'config'>,
): string {
  const clears = deadCookie(error, request)
  if (clears && readCookie(request, options.config, clears) !== undefined) clearCookie(reply, options.config, clears)
  const { status, contentType, headers, vary, body } = errorDocument(error, request.headers, options)
  addVary(reply, vary)
  reply.code(status).headers(headers).type(contentType)
  return body
}

/** On a route of console sessions the session that is dead is one of those. */
function deadCookie({ code }: DomainError, { routeOptions: { config } }: FastifyRequest): CookieName | undefined {
  const { clears }: ErrorRow = catalogue[code]
  return clears === 'session_id' && config?.access === 'console' ? 'admin_id' : clears
}

/** Replaces `general:bad_request` by the route's own code if missing fields are all that is wrong. */
function ofMissingField(error: unknown, request: FastifyRequest): unknown {
  const { missing } = request.routeOptions.config ?? {}
  if (missing === undefined || !(error instanceof DomainError) || error.code !== 'general:bad_request') return error
  const { fields = [] } = error.circumstances
  const isOwn = fields.every(({ path, rule }) => rule === 'required' && path.slice(1) in missing)
  if (fields.length === 0 || !isOwn) return error
  const absent = Object.entries(missing).find(([name]) => fields.some(({ path }) => path === `/${name}`))
  return absent ? new DomainError(absent[1]) : error
}

function logFailure(error: DomainError, request: FastifyRequest): void {
  const { cause } = error.circumstances
  if (cause === undefined) return
  const report = { code: error.code, cause: describeCause(cause) }
  if (catalogue[error.code].status >= 500 || error.code === 'system:internal_error')
    request.log.error(report, 'request failed')
  else request.log.debug(report, 'request refused')
}

const databaseCodes = {
  none: [],
  read: ['system:database_error'],
  write: ['system:database_error', 'system:transaction_error'],
} as const satisfies Record<string, readonly ErrorCode[]>

function declareCodes(route: RouteOptions): void {
  const guards = [route.onRequest ?? [], route.preHandler ?? []].flat() as readonly Partial<Guard>[]
  const safe = [route.method].flat().every((method) => method === 'GET' || method === 'HEAD')
  const { codes = [], missing = {}, database = safe ? 'read' : 'write' } = route.config ?? {}
  const all: ErrorCode[] = [
    ...codes,
    ...Object.values(missing),
    ...guards.flatMap((guard) => guard.codes ?? []),
    ...databaseCodes[database],
    'system:internal_error',
  ]
  route.config = { ...route.config, declaredCodes: new Set(all) }
}
