import type { FastifyRequest, RouteOptions } from 'fastify'
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

/** Of the routes that the document has; asked once the server is ready, when they have all that they declare. */
export function documentedRoutes(routes: readonly RouteOptions[]): DocumentedRoutes {
  let known: ReadonlyMap<string, Documented> | undefined
  const all = (): ReadonlyMap<string, Documented> => {
    known ??= new Map(routes.flatMap(documentedOf).map((one) => [`${one.method} ${one.path}`, one]))
    return known
  }
  const get = (method: string, path: string) => all().get(`${method} ${path}`)
  return {
    get,
    of: ({ method, routeOptions: { url } }) =>
      url === undefined ? undefined : get(method === 'HEAD' ? 'GET' : method, documentPath(url)),
    all: () => [...all().values()],
  }
}

/** HEAD comes with its GET. */
function documentedOf({ method: methods, url, config, schema }: RouteOptions): Documented[] {
  if (schema?.hide) return []
  const parts = [schema?.body, schema?.querystring].filter((part) => part instanceof z.ZodObject)
  const declared = {
    path: documentPath(url),
    codes: [...(config?.declaredCodes ?? [])].sort(),
    ruledFields: parts.flatMap(ruledFields),
  }
  return [methods].flat().flatMap((method) => (method === 'HEAD' ? [] : [{ method, ...declared }]))
}
