import { contract } from './api.ts'
import type { Method } from './calls.ts'

type Values = Readonly<Record<string, unknown>>

/** What all calls of a client have in common. */
export type Destination = {
  readonly baseUrl: string
  readonly credentials: RequestCredentials
  readonly headers?: Values | undefined
}

type Content = {
  readonly params?: { readonly path?: Values; readonly query?: Values; readonly header?: Values }
  readonly headers?: Values
  readonly body?: unknown
  readonly signal: AbortSignal
}

export function writeRequest(
  { baseUrl, credentials, headers: always }: Destination,
  { method, path }: { readonly method: Method; readonly path: string },
  { params = {}, headers: own, body, signal }: Content,
): Request {
  const filled = path.replace(/\{(\w+)\}/g, (whole, name) => pathPart(String(params.path?.[name] ?? whole)))
  const query = String(new URLSearchParams(texts(params.query)))
  const isPlain = body !== undefined && !(body instanceof FormData)
  const headers = new Headers(isPlain ? { 'content-type': 'application/json' } : {})
  // Not for GET: a browser would have to ask the server beforehand whether it may send it.
  if (method !== 'GET') headers.set('x-contract', contract)
  for (const some of [always, own, params.header]) for (const [name, value] of texts(some)) headers.set(name, value)
  return new Request(baseUrl.replace(/\/$/, '') + filled + (query && `?${query}`), {
    method,
    credentials,
    headers,
    signal,
    ...(body !== undefined && { body: isPlain ? JSON.stringify(body) : (body as FormData) }),
  })
}

/** Dots alone, encoded or not, would lead to another route: https://url.spec.whatwg.org/#double-dot-path-segment */
function pathPart(value: string): string {
  if (/^\.{1,2}$/.test(value)) throw new TypeError(`"${value}" cannot be a part of a path`)
  return encodeURIComponent(value)
}

/** Leaves out undefined values. */
const texts = (values: Values = {}): [string, string][] =>
  Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
