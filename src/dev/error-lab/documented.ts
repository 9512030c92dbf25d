import type { FastifyRequest, RouteOptions } from 'fastify'
import { z } from 'zod'
import type { ErrorCode } from '../../errors/catalogue.ts'
import { documentPath } from '../../http/openapi.ts'
import { ruledFields } from '../../http/validation.ts'

/** An operation of the OpenAPI document, with its declared codes. */
export type Documented = {
  readonly method: string
  /** In OpenAPI's form: `/v0/auth/sessions/{management_id}`. */
  readonly path: string
  readonly codes: readonly ErrorCode[]
  /** The fields of its body or query that a rule can refuse. */
  readonly ruledFields: readonly string[]
}

export type DocumentedRoutes = {
  readonly get: (method: string, path: string) => Documented | undefined
  /** Returns undefined for a page and for an unknown path. */
  readonly of: (request: FastifyRequest) => Documented | undefined
  readonly all: () => readonly Documented[]
}

/**
 * The routes in the OpenAPI document. Call its functions once the server is ready: then the declarations are complete.
 */
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

/** HEAD is left out: Fastify declares it with each GET. */
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
