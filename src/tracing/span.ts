import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * What a span may say: names, codes and numbers; never a value that somebody sent, a token or an address of a person
 * [LG1].
 */
export type Attributes = Readonly<Record<string, string | number>>

export type SpanOptions = {
  /** `server` and `consumer` begin work that somebody else asked for, `client` waits for another process. */
  readonly kind?: 'server' | 'client' | 'consumer' | 'internal'
  readonly attributes?: Attributes
}

/** One piece of work of a trace. */
export type Span = {
  readonly traceId: string
  /** As another process is told of it: https://www.w3.org/TR/trace-context/ */
  readonly traceparent: string
  readonly hasEnded: boolean
  note(attributes: Attributes): void
  /** @param type a code or the name of a class, never a message */
  fail(type: string): void
  end(): void
  child(name: string, options: SpanOptions): Span
}

const current = new AsyncLocalStorage<Span>()

/** The span at hand. A timer or connection that a request opened outlives it, and is no part of it any more. */
export function currentSpan(): Span | undefined {
  const span = current.getStore()
  return span?.hasEnded ? undefined : span
}

export const runInSpan = <Result>(span: Span, act: () => Result): Result => current.run(span, act)

/** Runs the work in a span below the one at hand. Without one, as always while nothing is traced, it just runs. */
export function inSpan<Result>(
  name: string,
  options: SpanOptions,
  act: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  const parent = currentSpan()
  return parent === undefined ? act(undefined) : untilItsEnd(parent.child(name, options), act)
}

/** Runs the work in the span, which ends with it; what it throws shows in the span by its kind. */
export async function untilItsEnd<Result>(span: Span, act: (span: Span) => Promise<Result>): Promise<Result> {
  try {
    return await current.run(span, () => act(span))
  } catch (error) {
    span.fail(typeOf(error))
    throw error
  } finally {
    span.end()
  }
}

/** A code (of the catalogue, of PostgreSQL, of Node) where there is one, else the name of the class. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause instanceof Error ? typeOf(error.cause) : error.name
}

/** Which server is waited for: its host, as its path and query may hold secrets [LG1]. */
export function serverOf(url: string): Attributes {
  const { hostname, port } = new URL(url)
  return { 'server.address': hostname, ...(port !== '' && { 'server.port': Number(port) }) }
}

/** What a log line says of the trace it belongs to; a new object each, as pino writes into it. */
export function traceFields(): { trace_id?: string } {
  const span = currentSpan()
  return span === undefined ? {} : { trace_id: span.traceId }
}
