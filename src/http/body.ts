import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { z } from 'zod'
import { faults } from '../errors/fault.ts'
import { validationCodes } from './validation.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body is a file. */
    upload?: true
  }
}

const fault = faults('general:bad_request')
const wrongType = () => fault('general:bad_request', { fields: [{ path: '', rule: 'type' }] })

export const jsonBodyLimit = 64 * 1024

/** JSON is the only body, and only where a route declares fields: elsewhere body and content type are ignored. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Of a QUERY without content type Fastify would say that it is a bad request (RFC 10008), where none of our routes is
  // one.
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true })
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    // Fields that are all optional may be sent as nothing at all.
    if (text.trim() === '') return done(null, undefined)
    // Validation could not tell it from nothing at all.
    if (text.trim() === 'null') return done(wrongType())
    return parse(request, text, done)
  })
  app.addHook('onRoute', declareCodes)
  app.addHook('onRequest', (request, _reply, done) => {
    // Few requests have one, and what Fastify says of a route is put together for each who asks.
    if (bodyHeaders.some((name) => name in request.headers) && !wantsBody(request)) forgetBody(request)
    done()
  })
}

function wantsBody(request: FastifyRequest): boolean {
  const { schema, config } = request.routeOptions
  return schema?.body !== undefined || (config.upload === true && isForm(request))
}

/** Of any other upload, one without a readable type included, the route says what it lacks: its file. */
const isForm = ({ headers }: FastifyRequest): boolean =>
  /^\s*multipart\/form-data\s*(?:;|$)/i.test(headers['content-type'] ?? '')

/** Without these headers Fastify looks for no body; Node drains what was sent. */
function forgetBody({ raw }: FastifyRequest): void {
  for (const name of bodyHeaders) if (name in raw.headers) delete raw.headers[name]
}

const bodyHeaders = ['content-type', 'content-length', 'transfer-encoding']

function declareCodes(route: RouteOptions): void {
  const { body, querystring } = (route.schema ?? {}) as { body?: z.ZodObject; querystring?: z.ZodObject }
  const codes = [
    ...(route.config?.codes ?? []),
    ...(body ? (['FILE_TOO_LARGE', ...validationCodes(body)] as const) : []),
    ...(querystring ? validationCodes(querystring) : []),
  ]
  route.config = { ...route.config, codes }
}
