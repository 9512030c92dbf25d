import { statuses } from './answers.ts'
import { codes, declared } from './api.ts'
import type { CodeOf, Method, OperationName, PathOf } from './calls.ts'
import { takeRoute } from './find-route.ts'

/** Every code that some route declares. */
export type ServerCode = { [M in Method]: { [P in PathOf<M>]: CodeOf<M, P> }[PathOf<M>] }[Method]

/** A route and every code that it may refuse with. */
export type RouteCodes = { readonly method: Method; readonly path: string; readonly codes: readonly ServerCode[] }

const read = (bits: bigint): ServerCode[] =>
  codes.filter((_, place) => ((bits >> BigInt(place)) & 1n) === 1n).sort() as ServerCode[]

/** Every route of this version of the server. */
export const routes: readonly RouteCodes[] = Object.entries(declared).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, bits]) => ({ method: method as Method, path, codes: read(bits) })),
)

/**
 * The codes that an operation declares, in alphabetical order, to loop over in tests.
 * @example
 * codesOf('signIn')
 * codesOf('POST', '/v0/auth/login')
 */
export function codesOf<N extends OperationName>(name: N): readonly CodeOf<N>[]
export function codesOf<M extends Method, P extends PathOf<M>>(method: M, path: P): readonly CodeOf<M, P>[]
export function codesOf(...said: readonly string[]): readonly string[] {
  const [method = '', path = ''] = takeRoute(said)[0].split(' ')
  return read(declared[path]?.[method] ?? 0n)
}

/** The HTTP status of the code, which is the same on all routes. */
export const statusOf = (code: ServerCode): number => statuses[code] ?? Number.NaN
