import type { Routes } from './api.ts'
import type { CallError } from './errors.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** The paths that take the method, as `/openapi.json` writes them: `/v0/auth/sessions/{management_id}`. */
export type PathOf<M extends Method> = { [P in keyof Routes]: M extends keyof Routes[P] ? P : never }[keyof Routes]

type RouteOf<M extends Method, P extends PathOf<M>> = Routes[P][M & keyof Routes[P]]
type Member<Route, Name extends string> = Route extends { readonly [N in Name]: infer Value } ? Value : never

/** What the route answers; `undefined` where it answers 204, without a body. */
export type DataOf<M extends Method, P extends PathOf<M>> = Member<RouteOf<M, P>, 'data'>

/** The codes that the route declares. */
export type CodeOf<M extends Method, P extends PathOf<M>> = Member<RouteOf<M, P>, 'code'> & string

/** Every way in which a call of the route can fail: for the signature of a function that handles it. */
export type ErrorOf<M extends Method, P extends PathOf<M>> = CallError<CodeOf<M, P>>

/** What every call may be given. */
export type CallOptions = {
  /** On top of the client's, as `X-Turnstile-Token`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Ends the call with `client:aborted`, also while it waits for a refresh or a repetition. */
  readonly signal?: AbortSignal
  /** Milliseconds, instead of the client's. */
  readonly timeoutMs?: number
}

type Taken<Route> = Pick<Route, Extract<keyof Route, 'params' | 'body'>>

/** `params` and `body` as the route takes them, and options. */
export type InitOf<M extends Method, P extends PathOf<M>> = Taken<RouteOf<M, P>> & CallOptions

/** Exactly one of `data` and `error`: after `if (error)` the compiler knows the other. */
export type Answer<Data, Code extends string> =
  | { readonly data: Data; readonly error?: undefined; readonly response: Response }
  | {
      readonly data?: undefined
      readonly error: CallError<Code>
      /** For its headers, as `X-Request-Id`; none where no answer came. The body has been read. */
      readonly response?: Response | undefined
    }

export type AnyAnswer = Answer<unknown, string>

/** A call never throws for what the server or the network does. */
export type Call<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...init: Record<never, never> extends Taken<RouteOf<M, P>> ? [init?: InitOf<M, P>] : [init: InitOf<M, P>]
) => Promise<Answer<DataOf<M, P>, CodeOf<M, P>>>
