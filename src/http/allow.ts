import type { FastifyInstance } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'
import { routerOptions } from './server.ts'

/** The methods that a path has, for the Allow header of a 404 on a path that has other methods. */
export type AllowedMethods = (path: string) => readonly string[]

export function rememberMethods(app: FastifyInstance): AllowedMethods {
  const router = findMyWay(routerOptions)
  const methods = new Set<HTTPMethod>()
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat() as HTTPMethod[]) {
      if (one === 'OPTIONS' || router.hasRoute(one, url)) continue
      methods.add(one)
      router.on(one, url, () => {})
    }
  })
  return (path) => [...methods].filter((method) => router.find(method, path) !== null).sort()
}
