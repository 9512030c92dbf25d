import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { codesOf } from '../support/declared.ts'
import { type Exchange, headerText, readJson } from './exchange.ts'
import { everyHeader } from './header-rules.ts'
import { type ApiDocument, type FindPlace, type Place, placeFinder, type Route } from './operations.ts'

type Judged = {
  /** The operation that the request met, where it met one. */
  readonly operation: string | undefined
  readonly code: string | undefined
  /** What the answer breaks of the contract; none is how it should be. */
  readonly breaches: readonly string[]
}

export type Judge = (exchange: Exchange) => Judged

/** Holds any answer against the OpenAPI document and the rules of every answer; knows nothing of what the request meant. */
export function contractOracle(document: ApiDocument): Judge {
  const find: FindPlace = placeFinder(document)
  const validators = schemaValidators()
  return (exchange) => {
    const place = find(exchange.method, exchange.target)
    const code = headerText(exchange.headers, 'x-error-code')
    const breaches = [
      ...findFailure(exchange, place, code),
      ...everyHeader(exchange, place),
      ...checkBody(exchange, place, code),
      ...(place.kind === 'operation' ? checkDeclared(exchange, place.route, code, validators) : []),
      ...(place.kind === 'nothing' || place.kind === 'unreadable' ? checkNowhere(exchange, place, code) : []),
    ]
    return { operation: place.kind === 'operation' ? place.route.name : undefined, code, breaches }
  }
}

function* findFailure({ status }: Exchange, place: Place, code: string | undefined): Iterable<string> {
  if (status >= 500 && !(isReadiness(place) && code === undefined))
    yield `answered ${status} ${code} while nothing failed`
  if (code === 'system:internal_error') yield 'answered system:internal_error'
}

/** Where the request could not even be read, the answer is of no operation, and the connection is over. */
const isUnreadable = ({ status, headers }: Exchange, code: string | undefined): boolean =>
  status === 400 && code === 'general:bad_request' && headerText(headers, 'connection') === 'close'

function* checkNowhere(exchange: Exchange, place: Place, code: string | undefined): Iterable<string> {
  if (isUnreadable(exchange, code)) return
  const { method, status, headers } = exchange
  if (method === 'OPTIONS' && status === 204) return
  if (place.kind === 'unreadable') yield `an unreadable URL was answered ${status} ${code}`
  if (place.kind !== 'nothing') return
  if (status !== 404 || code !== 'system:not_found') yield `no such route, but answered ${status} ${code}`
  const allowed = new Set((headerText(headers, 'allow') ?? '').split(', ').filter((one) => one !== ''))
  const unnamed = place.methods.filter((one) => !allowed.has(one))
  if (unnamed.length > 0) yield `Allow does not name ${unnamed.join(', ')}`
}

const isReadiness = (place: Place): boolean => place.kind === 'operation' && place.route.path === '/health/ready'

function* checkBody(exchange: Exchange, place: Place, code: string | undefined): Generator<string, void> {
  const { method, status, body } = exchange
  // Where the request line could not be read, that it began with HEAD is nothing that the server knows.
  if (method === 'HEAD' && isUnreadable(exchange, code)) return
  const isEmpty = method === 'HEAD' || status === 204 || status === 304
  if (isEmpty && body.length > 0) yield `a ${status} of ${method} with a body`
  if (isEmpty) return
  if (code !== undefined) yield* checkErrorBody(exchange, code)
  else if (status >= 400 && !isReadiness(place)) yield `${status} without X-Error-Code`
}

/** It is the documented one and nothing else, so that nothing of the server's inside can be in it. */
function* checkErrorBody({ status, headers, body }: Exchange, code: string): Generator<string, void> {
  const json = readJson(body) as Record<string, unknown> | undefined
  if (json === undefined) return yield 'an error whose body is no JSON'
  if (json.status !== status || json.code !== code) yield `the body says ${json.status} ${json.code}`
  const isProblem = headerText(headers, 'content-type')?.startsWith('application/problem+json') ?? false
  yield* onlyNames('an error', json, [...(isProblem ? ['type', 'title'] : []), 'status', 'code', 'fields'])
  if (json.fields !== undefined && !/^general:(?:bad_request|validation_error)$/.test(code)) yield `fields on ${code}`
  for (const field of (json.fields ?? []) as object[])
    yield* onlyNames('a field problem', field, ['path', 'rule', 'limit', 'values'])
}

function* onlyNames(what: string, json: object, known: readonly string[]): Generator<string, void> {
  const unknown = Object.keys(json).filter((name) => !known.includes(name))
  if (unknown.length > 0) yield `${what} with ${unknown.join(', ')}`
}

type Validators = (route: Route, status: number, type: string) => ValidateFunction | 'none' | 'undeclared'

function* checkDeclared(
  exchange: Exchange,
  route: Route,
  code: string | undefined,
  validators: Validators,
): Generator<string, void> {
  const { method, status, headers, body } = exchange
  if (isUnreadable(exchange, code)) return
  const response = route.operation.responses[String(status)]
  if (response === undefined) return yield `${route.name} declares no ${status} (${code})`
  if (code !== undefined && !codesOf(response as never).includes(code)) {
    yield `${route.name} ${status} does not declare ${code}`
  }
  const [type = ''] = (headerText(headers, 'content-type') ?? '').split(';', 1)
  const validate = validators(route, status, type)
  if (validate === 'undeclared') return yield `${route.name} ${status} declares no content ${type || '(none)'}`
  if (validate === 'none' || method === 'HEAD') return
  const json = readJson(body)
  if (json === undefined) yield `${route.name} ${status}: the body is no JSON`
  else if (!validate(json)) yield `${route.name} ${status}: ${JSON.stringify(validate.errors)}`
}

/** One compiled schema an operation, status and media type. */
function schemaValidators(): Validators {
  // Keywords of OpenAPI, as `example`, are no mistake.
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: fullFormats, discriminator: false })
  const compiled = new Map<string, ValidateFunction>()
  return ({ name, operation }, status, type) => {
    const { content } = operation.responses[String(status)] ?? {}
    if (content === undefined) return type === '' ? 'none' : 'undeclared'
    const media = content[type]
    if (media === undefined) return 'undeclared'
    if (!/json$/.test(type) || media.schema === undefined) return 'none'
    const key = `${name} ${status} ${type}`
    const validate = compiled.get(key) ?? ajv.compile(media.schema)
    compiled.set(key, validate)
    return validate
  }
}
