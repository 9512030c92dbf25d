import type { FastifyInstance } from 'fastify'

/** One line a request: the route's pattern, never the URL, whose query may hold what is nobody's business [LG1]. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.config.access === 'probe') return
    request.log.info(
      {
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
