import type { CodeOf, Method, OperationName, PathOf } from './calls.ts'
import { type Client, type ClientOptions, createClient } from './client.ts'
import { findRoute, takeRoute } from './find-route.ts'

/** How a call is made to fail: the parameters of `X-Postern-Force`, and how often. */
export type ForceOptions = {
  /** So many calls of this client, then the route answers by itself again; all of them unless given. */
  readonly times?: number
  /** Milliseconds that the answer is held back, 30,000 at most. */
  readonly delay?: number
  /**
   * Of `general:validation_error` and `general:bad_request`, which fields broke which rules:
   * `/password:min_length:12,/email:taken`.
   */
  readonly fields?: string
  /** Seconds, of 429 and 503. */
  readonly 'retry-after'?: number
  /** `after`: the request is carried out, and its own answer is lost for this one. */
  readonly phase?: 'before' | 'after'
  /** No error, but a connection that is cut, or the page of a proxy. */
  readonly answer?: 'drop' | 'garbage'
}

/** `force('signIn', 'user:banned')` or `force('POST', '/v0/auth/login', 'user:banned')`. Gives what ends it. */
export type Force = {
  // The code is not a place to learn the operation from.
  <N extends OperationName>(name: N, code: NoInfer<CodeOf<N>>, options?: ForceOptions): () => void
  <M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    code: NoInfer<CodeOf<M, P>>,
    options?: ForceOptions,
  ): () => void
}

/**
 * A client whose calls fail as `force` says, with codes that their routes declare: by a server outside production, or
 * without one where `fetch` is a `testingFetch`. Apart from `createClient`, so that no application ships it.
 */
export function createTestingClient(options: ClientOptions): Client & { readonly force: Force } {
  const orders = new Map<string, { readonly header: string; times: number }>()
  const send = options.fetch ?? ((request: Request) => fetch(request))
  /** Each attempt counts, so that what is repeated is forced as often as is said. */
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
