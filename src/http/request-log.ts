import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'

const informative: ReadonlySet<string> = new Set(['trace', 'debug', 'info'])

/** One line a request: the route's pattern, never the URL, whose query may hold what is nobody's business [LG1]. */
export function logRequests(app: FastifyInstance, { logLevel }: Config): void {
  // Nobody reads them: not even put together.
  if (!informative.has(logLevel)) return
  app.addHook('onResponse', (request, reply, done) => {
    done()
    const { config, url: route } = request.routeOptions
    if (config.access === 'probe') return
    app.log.info(
      {
        reqId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        code: reply.getHeader('x-error-code'),
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    )
  })
}
