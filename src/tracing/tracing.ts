import { type Span, type SpanOptions, untilItsEnd } from './span.ts'

/** Where traces begin. */
export type Tracing = {
  /** @param traceparent the caller's, where the caller is trusted; it then decides whether the trace is kept */
  begin(name: string, options: SpanOptions & { readonly traceparent?: string | undefined }): Span
  /** Hands over what waits, as far as that is done in two seconds. */
  close(): Promise<void>
}

/** Runs the work in a span that begins a trace or goes on with the caller's. */
export function inTrace<Result>(
  tracing: Tracing | undefined,
  name: string,
  options: SpanOptions & { readonly traceparent?: string | undefined },
  act: () => Promise<Result>,
): Promise<Result> {
  return tracing === undefined ? act() : untilItsEnd(tracing.begin(name, options), act)
}
