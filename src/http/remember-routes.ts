import type { FastifyInstance, RouteOptions } from 'fastify'

/** The routes as they are declared, from here on; their codes are known once the server is ready. */
export function rememberRoutes(app: FastifyInstance): readonly RouteOptions[] {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  return routes
}
