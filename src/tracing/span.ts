import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * What a span may hold: names, codes and numbers; never a value from a request, a token or a person's address [LG1].
 */
export type Attributes = Readonly<Record<string, string | number>>

export type SpanOptions = {
  /** `server` and `consumer` begin work for another process, `client` waits for another process. */
  readonly kind?: 'server' | 'client' | 'consumer' | 'internal'
  readonly attributes?: Attributes
}

/** One piece of work of a trace. */
export type Span = {
  readonly traceId: string
  /** The form in which other processes are told of the span: https://www.w3.org/TR/trace-context/ */
  readonly traceparent: string
  readonly hasEnded: boolean
  note(attributes: Attributes): void
  /** @param type a code or the name of a class, never a message */
  fail(type: string): void
  end(): void
  child(name: string, options: SpanOptions): Span
}

const current = new AsyncLocalStorage<Span>()

/**
 * The span that the code runs in. Returns undefined if it has ended: a timer or connection that a request opened
 * outlives the request's span and is not part of it.
 */
export function currentSpan(): Span | undefined {
  const span = current.getStore()
  return span?.hasEnded ? undefined : span
}

export const runInSpan = <Result>(span: Span, act: () => Result): Result => current.run(span, act)

/** Runs the work in a child of the current span; without one, as when tracing is off, just runs it. */
export function inSpan<Result>(
  name: string,
  options: SpanOptions,
  act: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  const parent = currentSpan()
  return parent === undefined ? act(undefined) : untilItsEnd(parent.child(name, options), act)
}

/** Runs the work in the span and ends the span with it; an error marks the span as failed, with the error's type. */
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

/** A code (of the catalogue, of PostgreSQL, of Node) if there is one, else the name of the class. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause instanceof Error ? typeOf(error.cause) : error.name
}

/** The host of the server that is waited for; path and query may hold secrets [LG1]. */
export function serverOf(url: string): Attributes {
  const { hostname, port } = new URL(url)
  return { 'server.address': hostname, ...(port !== '' && { 'server.port': Number(port) }) }
}

/** The fields that connect a log line to its trace. Always a new object, because pino writes into it. */
export function traceFields(): { trace_id?: string } {
  const span = currentSpan()
  return span === undefined ? {} : { trace_id: span.traceId }
}
