import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { z } from 'zod'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { documentPath } from '../../http/openapi.ts'
import { ruledFields } from '../../http/validation.ts'

/** An operation of the OpenAPI document, and what it declares. */
export type Documented = {
  readonly method: string
  /** As the document writes it: `/v0/auth/sessions/{management_id}`. */
  readonly path: string
  readonly codes: readonly ErrorCode[]
  /** The fields of its body or query that a rule can refuse. */
  readonly ruledFields: readonly string[]
}

export type DocumentedRoutes = {
  readonly get: (method: string, path: string) => Documented | undefined
  /** Of a page, or of an unknown path, there is none. */
  readonly of: (request: FastifyRequest) => Documented | undefined
  readonly all: () => readonly Documented[]
}

/** Fills as the routes are added; what they declare is known once all hooks have seen them. */
export function documentedRoutes(app: FastifyInstance): DocumentedRoutes {
  const added = new Map<string, RouteOptions>()
  const known = new Map<string, Documented>()
  app.addHook('onRoute', (route: RouteOptions) => {
    if (route.schema?.hide) return
    for (const method of [route.method].flat()) added.set(`${method} ${documentPath(route.url)}`, route)
  })
  app.addHook('onReady', async () => {
    for (const [name, { config, schema }] of added) {
      const [method = '', path = ''] = name.split(' ')
      // HEAD comes with its GET.
      if (method === 'HEAD') continue
      const parts = [schema?.body, schema?.querystring].filter((part) => part instanceof z.ZodObject)
      known.set(name, {
        method,
        path,
        codes: [...(config?.declaredCodes ?? [])].sort(),
        ruledFields: parts.flatMap(ruledFields),
      })
    }
  })
  const get = (method: string, path: string) => known.get(`${method} ${path}`)
  return {
    get,
    of: ({ method, routeOptions: { url } }) =>
      url === undefined ? undefined : get(method === 'HEAD' ? 'GET' : method, documentPath(url)),
    all: () => [...known.values()],
  }
}
