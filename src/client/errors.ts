import { codes, declared } from './api.ts'

/**
 * Which field of the request broke which rule, from the server's `fields`. It never contains the value that was sent.
 */
export type FieldProblem = {
  /** JSON pointer into the request, such as `/password`. */
  readonly path: string
  /** Such as `required`, `min_length`, `format` or `taken`; newer servers may send others. */
  readonly rule: string
  /** The number in the rule: characters for lengths, else the bound itself. */
  readonly limit?: number
  /** For the rule `one_of`: the allowed values. */
  readonly values?: readonly string[]
}

/** A refusal by the server: one type per code, so that narrowing `code` narrows the error. */
export type ServerError<Code extends string> = Code extends string
  ? {
      readonly from: 'server'
      /**
       * One of the codes that the route declares in `/openapi.json`; the server's `/docs/errors` explains each of them.
       */
      readonly code: Code
      /** HTTP status, 400 or higher. */
      readonly status: number
      /** Hints for developers, sent only by servers in development. */
      readonly details?: string | undefined
      /** With `general:validation_error`, and with `general:bad_request` if it is about fields. */
      readonly fields?: readonly FieldProblem[] | undefined
      /** Seconds to wait, counted from the arrival of the response: its Retry-After, which every 429 and 503 has. */
      readonly retryAfterSeconds?: number | undefined
    }
  : never

/** Errors that the client itself reports. The server's catalogue has none of these codes. */
export type ClientError =
  /** The server is newer than the client, and refused with a code that the client does not know for this route. */
  | (Omit<ServerError<'client:unknown_code'>, 'from'> & {
      readonly from: 'client'
      /** The code that the server sent. */
      readonly wireCode: string
    })
  /** The response does not follow the contract: a proxy's page, a body that is not JSON, a refusal without a code. */
  | {
      readonly from: 'client'
      readonly code: 'client:unreadable_answer'
      /** HTTP status; 2xx if the body of a success could not be read. */
      readonly status: number
      /** The body as text. */
      readonly text: string
      /** Seconds to wait, if a Retry-After came with the response. */
      readonly retryAfterSeconds?: number | undefined
    }
  /**
   * No complete response came: no network, no server, refused by CORS, a broken connection. The server may have carried
   * out the request.
   */
  | {
      readonly from: 'client'
      readonly code: 'client:unreachable'
      /** The error that `fetch` threw. */
      readonly cause: unknown
    }
  /** No complete response came within `timeoutMs`. The server may have carried out the request. */
  | { readonly from: 'client'; readonly code: 'client:timeout' }
  /** The caller's `signal` aborted the call. The server may have carried out the request. */
  | { readonly from: 'client'; readonly code: 'client:aborted' }

/** Every error of a call. A `switch` over `code` can be exhaustive. */
export type CallError<Code extends string> = ServerError<Code> | ClientError

export type Route = { readonly method: string; readonly path: string }

/** Reads the error from a response with a status of 400 or higher. */
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

/** Returns undefined if the text is not JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> => Object(value)

/** RFC 9110 section 10.2.3: seconds or a date; a proxy in front may send either. Returns undefined if it is neither. */
function readRetryAfter(header: string | null): number | undefined {
  if (!header) return undefined
  const seconds = Number.isNaN(+header) ? (Date.parse(header) - Date.now()) / 1000 : +header
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
