import type { AnySchema } from 'ajv'

type Response = { readonly content?: Readonly<Record<string, { readonly schema?: AnySchema }>> }

type RequestSchema = { readonly properties?: Readonly<Record<string, unknown>> }
type RequestBody = { readonly content?: Readonly<Record<string, { readonly schema?: RequestSchema }>> }

type Operation = {
  readonly requestBody?: RequestBody
  readonly responses: Readonly<Record<string, Response>>
}

/** As much of /openapi.json as an answer is judged by. */
export type ApiDocument = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

export type Route = {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** What the document hides on purpose: pages, the document itself, the inbox, metrics. */
const hidden = /^\/(?:docs|dev|account|api\/v1|metrics|openapi\.json)(?:\/|$)/

export type Place =
  | { readonly kind: 'operation'; readonly route: Route }
  /** `methods`: which the path has, where it is known at all. */
  | { readonly kind: 'nothing'; readonly methods: readonly string[] }
  | { readonly kind: 'hidden' | 'unreadable' }

export type FindPlace = (method: string, target: string) => Place

export const routesOf = ({ paths }: ApiDocument): readonly Route[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, operation]) => {
      const method = verb.toUpperCase()
      return { name: `${method} ${path}`, method, path, operation }
    }),
  )

/** Which operation a request line meets, as the contract reads it: percent-decoded, by segments, HEAD like GET. */
export function placeFinder(document: ApiDocument): FindPlace {
  const routes = routesOf(document).map((route) => ({ route, pattern: patternOf(route.path) }))
  // A fixed path goes before one with a parameter in its place.
  routes.sort((a, b) => countParameters(a.route.path) - countParameters(b.route.path))
  return (method, target) => {
    const path = decoded(target)
    if (path === undefined) return { kind: 'unreadable' }
    if (hidden.test(path)) return { kind: 'hidden' }
    const there = routes.filter(({ pattern }) => pattern.test(path)).map(({ route }) => route)
    const asked = method === 'HEAD' ? 'GET' : method
    const route = there.find((one) => one.method === asked)
    return route ? { kind: 'operation', route } : { kind: 'nothing', methods: there.map((one) => one.method) }
  }
}

const countParameters = (path: string): number => path.split('{').length

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]*')}$`, 's')

/** Like a router: what an encoded slash separates is still one segment. */
function decoded(target: string): string | undefined {
  const [path = ''] = target.replace(/^https?:\/\/[^/]*(?=\/)/i, '').split(/[?#]/, 1)
  try {
    return decodeURI(path)
  } catch {
    return undefined
  }
}
