import type { FastifyInstance } from 'fastify'

/** One line a request: the route's pattern, never the URL, whose query may hold what is nobody's business [LG1]. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    done()
    if (request.routeOptions.config.access === 'probe') return
    app.log.info(
      {
        reqId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        code: reply.getHeader('x-error-code'),
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    )
  })
}
