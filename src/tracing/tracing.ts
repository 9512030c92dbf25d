import { type Span, type SpanOptions, untilItsEnd } from './span.ts'

/** Begins traces. */
export type Tracing = {
  /** @param traceparent that of a trusted caller; it then decides whether the trace is kept */
  begin(name: string, options: SpanOptions & { readonly traceparent?: string | undefined }): Span
  /** Sends the spans that wait, for at most two seconds. */
  close(): Promise<void>
}

/** Runs the work in a span that begins a trace or continues the caller's. */
export function inTrace<Result>(
  tracing: Tracing | undefined,
  name: string,
  options: SpanOptions & { readonly traceparent?: string | undefined },
  act: () => Promise<Result>,
): Promise<Result> {
  return tracing === undefined ? act() : untilItsEnd(tracing.begin(name, options), act)
}
