import { operations } from './api.ts'
import { attempt, type Init } from './attempt.ts'
import type { AnyAnswer, Call, Method, NamedCalls } from './calls.ts'
import { bearer, memoryTokens, refreshPath, type TokenStore } from './tokens.ts'
import { sleep } from './wait.ts'

export type {
  Answer,
  Call,
  CallOptions,
  CodeOf,
  DataOf,
  ErrorOf,
  InitOf,
  Method,
  OperationName,
  PathOf,
} from './calls.ts'
export type { CallError, ClientError, FieldProblem, ServerError } from './errors.ts'
export { isOurSide, type OurSide } from './our-side.ts'
export { memoryTokens, type TokenStore, type Tokens } from './tokens.ts'

export type ClientOptions = {
  /** Origin of the server, its PUBLIC_URL, such as `https://auth.example.com`. */
  readonly baseUrl: string
  /** Headers of every call. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Milliseconds that one attempt may take until its response has been read; for a stream, until the stream begins.
   * Default 30,000, at most 2 ** 31 - 1.
   */
  readonly timeoutMs?: number
  /**
   * Repeats a refused call after its Retry-After: a 429 of any method, as nothing was done then (but not with an
   * `X-Turnstile-Token`, which is valid once), and a 503 of GET only. `times` is the highest number of repetitions,
   * default 0. If Retry-After is longer than `longestWaitSeconds`, default 60, the error is returned at once.
   */
  readonly retry?: { readonly times: number; readonly longestWaitSeconds?: number }
  /** Sends the requests instead of the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>
} & (
  | {
      /** For browsers: the session is in the server's cookies, which scripts cannot read. The default. */
      readonly mode?: 'cookie'
      readonly tokens?: never
    }
  | {
      /** For apps and services: calls carry tokens from `tokens`, and no cookies. */
      readonly mode: 'bearer'
      /** Where the tokens are kept; in memory by default. */
      readonly tokens?: TokenStore
    }
)

/**
 * One function for each operation of `/openapi.json`, and one for each method, which takes the path. Each resolves to
 * an answer with either `data` or `error`, and never throws for what the server or the network does.
 */
export type Client = { readonly [M in Method]: Call<M> } & NamedCalls

/**
 * Makes a client of one server. It keeps nothing but its options and, in bearer mode, its tokens.
 * @example
 * const auth = createClient({ baseUrl: 'https://auth.example.com' })
 * const { data, error } = await auth.getMe()
 */
export function createClient(options: ClientOptions): Client {
  const isBearer = options.mode === 'bearer'
  const sender = {
    baseUrl: options.baseUrl,
    credentials: isBearer ? 'omit' : 'include',
    headers: options.headers,
    // Looked up at each call, so that a global `fetch` that is replaced later, as in tests, is used.
    fetch: options.fetch ?? ((request: Request) => fetch(request)),
  } as const
  const { timeoutMs = 30_000, retry: { times = 0, longestWaitSeconds = 60 } = {} } = options
  const send = (method: Method, path: string, init: Init) =>
    attempt(sender, { method, path }, { ...init, timeoutMs: init.timeoutMs ?? timeoutMs })
  const withTokens =
    isBearer &&
    bearer(options.tokens ?? memoryTokens(), (refreshToken) =>
      send('POST', refreshPath, { body: { refresh_token: refreshToken } }),
    )

  const call = async (method: Method, path: string, init: Init = {}): Promise<AnyAnswer> => {
    for (let repeated = 0; ; repeated++) {
      const answer = withTokens
        ? await withTokens(path, init.signal, (own) =>
            send(method, path, { ...init, headers: { ...own, ...init.headers } }),
          )
        : await send(method, path, init)
      const seconds = mayRepeat(method, init, answer) ? retryAfterSeconds(answer) : undefined
      if (repeated >= times || seconds === undefined || seconds > longestWaitSeconds) return answer
      await sleep(seconds, init.signal)
    }
  }
  const of = (method: Method) => (path: string, init?: Init) => call(method, path, init)
  const named = Object.entries(operations).map(([name, route]) => {
    const [method, path] = route.split(' ') as [Method, string]
    return [name, (init?: Init) => call(method, path, init)]
  })
  // The only place that assumes, without checking, that the server's answers have the documented types.
  const client: object = { GET: of('GET'), POST: of('POST'), PATCH: of('PATCH'), DELETE: of('DELETE') }
  return { ...client, ...Object.fromEntries(named) } as Client
}

function mayRepeat(method: Method, { headers }: Init, { response }: AnyAnswer): boolean {
  if (method === 'GET') return response?.status === 429 || response?.status === 503
  return response?.status === 429 && !new Headers(headers).has('x-turnstile-token')
}

const retryAfterSeconds = ({ error }: AnyAnswer): number | undefined =>
  error && 'retryAfterSeconds' in error ? error.retryAfterSeconds : undefined
