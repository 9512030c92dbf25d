import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { z } from 'zod'
import { validationCodes } from './validation.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body is a file. */
    upload?: true
  }
}

export const jsonBodyLimit = 64 * 1024

/** JSON is the only body, and only where a route declares fields: elsewhere body and content type are ignored. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    // Fields that are all optional may be sent as nothing at all.
    if (text.trim() === '') return done(null, undefined)
    return parse(request, text, done)
  })
  app.addHook('onRoute', declareCodes)
  app.addHook('onRequest', (request, _reply, done) => {
    const { schema, config } = request.routeOptions
    if (!schema?.body && !config.upload) forgetBody(request)
    done()
  })
}

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
