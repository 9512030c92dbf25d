import type { Operations, Routes } from './api.ts'
import type { BrowserError } from './browser-error.ts'
import type { CallError } from './errors.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** Name of an operation in `/openapi.json`, such as `signIn` or `getMe`. */
export type OperationName = keyof Operations

/**
 * The paths that take the method, as `/openapi.json` writes them (`/v0/auth/devices/{id}`), or the operation's path.
 */
export type PathOf<A extends Method | OperationName> = A extends OperationName
  ? Operations[A]['path']
  : { [P in keyof Routes]: A extends keyof Routes[P] ? P : never }[keyof Routes]

/** A union of operations gives the union of their routes, as their methods may differ. */
type RouteOf<A extends Method | OperationName, P extends PathOf<A>> = A extends OperationName
  ? Routes[Operations[A]['path']][Operations[A]['method'] & keyof Routes[Operations[A]['path']]]
  : Routes[P][A & keyof Routes[P]]
type Member<Route, Name extends string> = Route extends { readonly [N in Name]: infer Value } ? Value : never

/**
 * What a successful call of `DataOf<'getMe'>` or `DataOf<'GET', '/v0/user/me'>` gives; `undefined` for a 204, which has
 * no body.
 */
export type DataOf<A extends Method | OperationName, P extends PathOf<A> = PathOf<A>> = Member<RouteOf<A, P>, 'data'>

/** The codes that the route declares. */
export type CodeOf<A extends Method | OperationName, P extends PathOf<A> = PathOf<A>> = Member<RouteOf<A, P>, 'code'> &
  string

/** Every way in which a call of the route can fail; the parameter type for a function that handles its errors. */
export type ErrorOf<A extends Method | OperationName, P extends PathOf<A> = PathOf<A>> = CallError<CodeOf<A, P>>

/** Options that every call takes. */
export type CallOptions = {
  /** Headers in addition to the client's, such as `X-Turnstile-Token`. They win over the client's of the same name. */
  readonly headers?: Readonly<Record<string, string>>
  /** Ends the call with `client:aborted`, also while it waits for a token refresh or a repetition. */
  readonly signal?: AbortSignal
  /** Milliseconds that one attempt may take, instead of the client's `timeoutMs`. */
  readonly timeoutMs?: number
}

type Taken<Route> = Pick<Route, Extract<keyof Route, 'params' | 'body'>>

/** What a call of the route takes: its `params` and `body`, and the options. */
export type InitOf<A extends Method | OperationName, P extends PathOf<A> = PathOf<A>> = Taken<RouteOf<A, P>> &
  CallOptions

/** `init` is optional if the route needs no parameter and no body. */
type InitArguments<A extends Method | OperationName, P extends PathOf<A>> =
  Record<never, never> extends Taken<RouteOf<A, P>> ? [init?: InitOf<A, P>] : [init: InitOf<A, P>]

/**
 * The result of a call: exactly one of `data` and `error` is set, and `if (error)` narrows the other. `Own` are errors
 * that are not the route's.
 */
export type Answer<Data, Code extends string, Own = never> =
  | { readonly data: Data; readonly error?: undefined; readonly response: Response }
  | {
      readonly data?: undefined
      readonly error: CallError<Code> | Own
      /** The response, for headers such as `X-Request-Id`; its body has been read. `undefined` if no response came. */
      readonly response?: Response | undefined
    }

export type AnyAnswer = Answer<unknown, string, BrowserError>

/**
 * Calls a route of this method. It resolves to an `error` for whatever the server or the network does, and never throws
 * for it.
 */
export type Call<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...init: InitArguments<M, P>
) => Promise<Answer<DataOf<M, P>, CodeOf<M, P>>>

/** The same calls as functions named after their operations, such as `signIn({ body })`. */
export type NamedCalls = {
  readonly [N in keyof Operations]: (...init: InitArguments<N, PathOf<N>>) => Promise<Answer<DataOf<N>, CodeOf<N>>>
}
