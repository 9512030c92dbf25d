import { codes, declared } from './api.ts'

/** Which field of the request broke which rule; never the value that was sent. From the server's `fields`. */
export type FieldProblem = {
  /** JSON pointer into the request, as `/password`. */
  readonly path: string
  /** As `required`, `min_length`, `format`, `taken`; a newer server may name others. */
  readonly rule: string
  /** The rule's number: characters for lengths, else the bound itself. */
  readonly limit?: number
  /** What would have been taken, of the rule `one_of`. */
  readonly values?: readonly string[]
}

/** A refusal by the server: one type a code, so that what narrows the code narrows the error. */
export type ServerError<Code extends string> = Code extends string
  ? {
      readonly from: 'server'
      /**
       * One of exactly the codes that the route declares in `/openapi.json`; `/docs/errors` of the server says what
       * each means.
       */
      readonly code: Code
      /** HTTP status, 400 and above. */
      readonly status: number
      /** For a developer's eyes, only from a server in development. */
      readonly details?: string | undefined
      /** With `general:validation_error`, and `general:bad_request` where it is about fields. */
      readonly fields?: readonly FieldProblem[] | undefined
      /** Seconds from the answer's arrival, from its Retry-After: with every 429 and 503 of the server. */
      readonly retryAfterSeconds?: number | undefined
    }
  : never

/** What only the client can say; these codes are in no catalogue of the server. */
export type ClientError =
  /** The server refused with a code that this version of the client does not know of this route: a newer server. */
  | (Omit<ServerError<'client:unknown_code'>, 'from'> & {
      readonly from: 'client'
      /** As the server wrote it. */
      readonly wireCode: string
    })
  /** It is not in the contract: a proxy's page, a body that is no JSON, a refusal without a code. */
  | {
      readonly from: 'client'
      readonly code: 'client:unreadable_answer'
      /** HTTP status; 2xx where a success could not be read. */
      readonly status: number
      /** The body as it came. */
      readonly text: string
      /** Seconds, where a Retry-After came with it. */
      readonly retryAfterSeconds?: number | undefined
    }
  /**
   * No whole answer came: no network, no server, no leave by CORS, a connection that broke. It may have been carried
   * out.
   */
  | {
      readonly from: 'client'
      readonly code: 'client:unreachable'
      /** What `fetch` threw. */
      readonly cause: unknown
    }
  /** No whole answer came within `timeoutMs`. It may have been carried out. */
  | { readonly from: 'client'; readonly code: 'client:timeout' }
  /** The caller's `signal` aborted the call. It may have been carried out. */
  | { readonly from: 'client'; readonly code: 'client:aborted' }

/** All that a call can end in but data. A `switch` over `code` can be exhaustive. */
export type CallError<Code extends string> = ServerError<Code> | ClientError

export type Route = { readonly method: string; readonly path: string }

/** The error that an answer of 400 and above is. */
export function readRefusal(route: Route, response: Response, text: string): CallError<string> {
  const { status } = response
  const retryAfterSeconds = readRetryAfter(response.headers.get('retry-after'))
  const { code, details, detail, fields } = asObject(readJson(text))
  if (typeof code !== 'string') {
    return { from: 'client', code: 'client:unreadable_answer', status, text, retryAfterSeconds }
  }
  const rest = { status, details: details ?? detail, fields, retryAfterSeconds } as Omit<ServerError<string>, 'code'>
  return isDeclared(route, code)
    ? { ...rest, from: 'server', code }
    : { ...rest, from: 'client', code: 'client:unknown_code', wireCode: code }
}

function isDeclared({ method, path }: Route, code: string): boolean {
  const place = codes.indexOf(code)
  return place >= 0 && (((declared[path]?.[method] ?? 0n) >> BigInt(place)) & 1n) === 1n
}

/** `undefined` where it is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> => Object(value)

/** RFC 9110 section 10.2.3: seconds or a date; a proxy in front may send either. */
function readRetryAfter(header: string | null): number | undefined {
  if (!header) return undefined
  const seconds = Number.isNaN(+header) ? (Date.parse(header) - Date.now()) / 1000 : +header
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
