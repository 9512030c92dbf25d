import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { z } from 'zod'
import { faults } from '../errors/fault.ts'
import { validationCodes } from './validation.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the body is a file. */
    upload?: true
  }
}

const fault = faults('general:bad_request')
const wrongType = () => fault('general:bad_request', { fields: [{ path: '', rule: 'type' }] })

export const jsonBodyLimit = 64 * 1024

/**
 * JSON is the only kind of body, and only routes that declare fields read it: all others ignore body and content type.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Fastify would answer a QUERY without a content type with 400 (RFC 10008), although no route here takes QUERY.
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true })
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    // If all fields are optional, the body may be empty.
    if (text.trim() === '') return done(null, undefined)
    // Validation could not tell null from an absent body.
    if (text.trim() === 'null') return done(wrongType())
    return parse(request, text, done)
  })
  app.addHook('onRoute', declareCodes)
  app.addHook('onRequest', (request, _reply, done) => {
    // Looked at first: few requests have a body, and Fastify builds `routeOptions` anew at each access.
    if (bodyHeaders.some((name) => name in request.headers) && !wantsBody(request)) forgetBody(request)
    done()
  })
}

function wantsBody(request: FastifyRequest): boolean {
  const { schema, config } = request.routeOptions
  return schema?.body !== undefined || (config.upload === true && isForm(request))
}

/** Any other upload, even without a readable type, is answered by the route itself: its file is missing. */
const isForm = ({ headers }: FastifyRequest): boolean =>
  /^\s*multipart\/form-data\s*(?:;|$)/i.test(headers['content-type'] ?? '')

/** Without these headers Fastify does not look for a body; Node drains what was sent. */
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
