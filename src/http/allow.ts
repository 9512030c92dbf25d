import type { FastifyInstance, FastifyRequest } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'
import { routerOptions } from './server.ts'

/** The methods that a request's path has, for the Allow header of a 404 on a path that has other methods. */
export type AllowedMethods = (request: Asked) => readonly string[]

type Asked = Pick<FastifyRequest, 'url' | 'raw'>

type IsHidden = (request: Asked, routeUrl: string) => boolean

/** A route that is hidden from a request has no methods. */
export function rememberMethods(app: FastifyInstance, isHidden: IsHidden): AllowedMethods {
  const router = findMyWay(routerOptions)
  const methods = new Set<HTTPMethod>()
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat() as HTTPMethod[]) {
      if (one === 'OPTIONS' || router.hasRoute(one, url)) continue
      methods.add(one)
      router.on(one, url, () => {}, url)
    }
  })
  return (request) => {
    const [path = ''] = request.url.split('?', 1)
    const isThere = (method: HTTPMethod) => {
      const found = router.find(method, path)
      return found !== null && !isHidden(request, found.store as string)
    }
    return [...methods].filter(isThere).sort()
  }
}
