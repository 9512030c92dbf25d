import type { Operations, Routes } from './api.ts'
import type { CallError } from './errors.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** The operations of `/openapi.json`: `signIn`, `getMe`. */
export type OperationName = keyof Operations

/** The paths that take the method, as `/openapi.json` writes them (`/v0/auth/devices/{id}`), or the operation's. */
export type PathOf<A extends Method | OperationName> = A extends OperationName
  ? Operations[A]['path']
  : { [P in keyof Routes]: A extends keyof Routes[P] ? P : never }[keyof Routes]

/** Of several operations each for itself, as their methods differ. */
type RouteOf<A extends Method | OperationName, P extends PathOf<A>> = A extends OperationName
  ? Routes[Operations[A]['path']][Operations[A]['method'] & keyof Routes[Operations[A]['path']]]
  : Routes[P][A & keyof Routes[P]]
type Member<Route, Name extends string> = Route extends { readonly [N in Name]: infer Value } ? Value : never

/** What `DataOf<'getMe'>` or `DataOf<'GET', '/v0/user/me'>` answers; `undefined` where it is a 204, without a body. */
export type DataOf<A extends Method | OperationName, P extends PathOf<A> = PathOf<A>> = Member<RouteOf<A, P>, 'data'>

/** The codes that the route declares. */
export type CodeOf<A extends Method | OperationName, P extends PathOf<A> = PathOf<A>> = Member<RouteOf<A, P>, 'code'> &
  string

/** Every way in which a call of the route can fail: for the signature of a function that handles it. */
export type ErrorOf<A extends Method | OperationName, P extends PathOf<A> = PathOf<A>> = CallError<CodeOf<A, P>>

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
export type InitOf<A extends Method | OperationName, P extends PathOf<A> = PathOf<A>> = Taken<RouteOf<A, P>> &
  CallOptions

/** It may be left out where the route needs nothing. */
type InitArguments<A extends Method | OperationName, P extends PathOf<A>> =
  Record<never, never> extends Taken<RouteOf<A, P>> ? [init?: InitOf<A, P>] : [init: InitOf<A, P>]

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
  ...init: InitArguments<M, P>
) => Promise<Answer<DataOf<M, P>, CodeOf<M, P>>>

/** The same calls by their names: `signIn({ body })`. */
export type NamedCalls = {
  readonly [N in keyof Operations]: (...init: InitArguments<N, PathOf<N>>) => Promise<Answer<DataOf<N>, CodeOf<N>>>
}
