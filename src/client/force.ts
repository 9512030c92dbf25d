import type { CodeOf, Method, OperationName, PathOf } from './calls.ts'
import { type Client, type ClientOptions, createClient } from './client.ts'
import { findRoute, takeRoute } from './find-route.ts'

/** How a call is made to fail: the parameters of `X-Postern-Force`, and how often. */
export type ForceOptions = {
  /** Number of attempts of this client that fail; the route then works normally again. By default all of them fail. */
  readonly times?: number
  /** Milliseconds by which the response is delayed, at most 30,000. */
  readonly delay?: number
  /**
   * For `general:validation_error` and `general:bad_request`: which fields broke which rules, such as
   * `/password:min_length:12,/email:taken`.
   */
  readonly fields?: string
  /** Seconds in Retry-After, for codes with status 429 and 503. */
  readonly 'retry-after'?: number
  /** `after`: the server carries out the request, and the error replaces its response. Default `before`. */
  readonly phase?: 'before' | 'after'
  /** Instead of an error response: a cut connection (`drop`) or a proxy's page (`garbage`). */
  readonly answer?: 'drop' | 'garbage'
}

/**
 * Makes calls of an operation fail with a code that it declares; gives a function that ends this.
 * @example
 * const stop = auth.force('signIn', 'user:banned', { times: 1 })
 * auth.force('POST', '/v0/auth/login', 'user:banned')
 */
export type Force = {
  // NoInfer: the operation follows from its name alone, so a code that it does not declare is a type error.
  <N extends OperationName>(name: N, code: NoInfer<CodeOf<N>>, options?: ForceOptions): () => void
  <M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    code: NoInfer<CodeOf<M, P>>,
    options?: ForceOptions,
  ): () => void
}

/**
 * A client whose calls fail as `force` says, with codes that their routes declare. It needs a server outside
 * production, or a `testingFetch` as its `fetch`. It is separate from `createClient`, so that applications do not ship
 * it.
 */
export function createTestingClient(options: ClientOptions): Client & { readonly force: Force } {
  const orders = new Map<string, { readonly header: string; times: number }>()
  const send = options.fetch ?? ((request: Request) => fetch(request))
  /** Counts every attempt, so that a call that is repeated fails as often as `times` says. */
  const sendForced = (request: Request): Promise<Response> => {
    const route = findRoute(request)
    const order = route && orders.get(`${route.method} ${route.path}`)
    if (order && order.times-- > 0) request.headers.set('x-postern-force', order.header)
    return send(request)
  }
  const force = (...said: readonly unknown[]) => {
    const [route, code, { times = Infinity, ...rest } = {}] = takeRoute<[code: string, options?: ForceOptions]>(said)
    const parameters = Object.entries(rest).filter(([, value]) => value !== undefined)
    const order = { header: [code, ...parameters.map((one) => one.join('='))].join(';'), times }
    orders.set(route, order)
    return () => {
      order.times = 0
    }
  }
  return { ...createClient({ ...options, fetch: sendForced }), force: force as Force }
}
