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
  /** Origin of the server, its PUBLIC_URL: `https://auth.example.com`. */
  readonly baseUrl: string
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Milliseconds that one attempt may take until its answer is read; 30,000 unless said otherwise, at most 2 ** 31 - 1.
   * A stream only until it begins.
   */
  readonly timeoutMs?: number
  /**
   * Repeats what the server refused for now, after its Retry-After: 429 of every method, as nothing was done (but not
   * with an `X-Turnstile-Token`, which is good once); 503 of GET only. `times`: at most so often, 0 unless said
   * otherwise; `longestWaitSeconds`: a longer Retry-After is given back at once, 60 unless said otherwise.
   */
  readonly retry?: { readonly times: number; readonly longestWaitSeconds?: number }
  /** Instead of the global one. */
  readonly fetch?: (request: Request) => Promise<Response>
} & (
  | {
      /** Browsers: the server's cookies are the session, out of the script's reach. The default. */
      readonly mode?: 'cookie'
      readonly tokens?: never
    }
  | {
      /** Apps and services: tokens from `tokens`, and no cookie is sent. */
      readonly mode: 'bearer'
      /** Memory unless given. */
      readonly tokens?: TokenStore
    }
)

/**
 * One function an operation, by its name in `/openapi.json`, and one a method, which takes the path. Each gives data or
 * an error, and never throws for what the server or the network does.
 */
export type Client = { readonly [M in Method]: Call<M> } & NamedCalls

/** A client of one server; it holds nothing but its options and, in bearer mode, its tokens. */
export function createClient(options: ClientOptions): Client {
  const isBearer = options.mode === 'bearer'
  const sender = {
    baseUrl: options.baseUrl,
    credentials: isBearer ? 'omit' : 'include',
    headers: options.headers,
    // Looked up at each call, so that whoever stands in for it later, as in tests, is asked.
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
  // The one place where what the wire says is taken to be what the document says.
  const client: object = { GET: of('GET'), POST: of('POST'), PATCH: of('PATCH'), DELETE: of('DELETE') }
  return { ...client, ...Object.fromEntries(named) } as Client
}

function mayRepeat(method: Method, { headers }: Init, { response }: AnyAnswer): boolean {
  if (method === 'GET') return response?.status === 429 || response?.status === 503
  return response?.status === 429 && !new Headers(headers).has('x-turnstile-token')
}

const retryAfterSeconds = ({ error }: AnyAnswer): number | undefined =>
  error && 'retryAfterSeconds' in error ? error.retryAfterSeconds : undefined
