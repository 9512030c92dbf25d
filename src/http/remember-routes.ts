import type { FastifyInstance, RouteOptions } from 'fastify'

/** The routes that are declared after this call; their codes are complete once the server is ready. */
export function rememberRoutes(app: FastifyInstance): readonly RouteOptions[] {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  return routes
}
