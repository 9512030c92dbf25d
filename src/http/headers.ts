import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'

/** Headers of every response [HT1]. */
export const securityHeaders = (config: Config): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  ...(config.appEnv !== 'development' && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
})

/** Marks an answer of the error lab (src/dev/error-lab) instead of the route. */
export const forcedHeader = 'x-postern-forced'

/** The digest of the contract that a caller was written against. */
const contractHeader = 'x-contract'

/** What the caller says there, which may be anything. */
export function contractOf(headers: IncomingHttpHeaders): string | undefined {
  const said = headers[contractHeader]
  return typeof said === 'string' ? said : undefined
}

/** A handler that sets one of these headers replaces it: the pages have their own policy. */
export function responseHeaders(app: FastifyInstance, config: Config): void {
  const always = securityHeaders(config)
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(always).header('x-request-id', request.id)
    done()
  })
}
