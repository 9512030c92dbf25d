import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import { type Span, type SpanOptions, untilItsEnd } from './span.ts'

/** Where traces begin. */
export type Tracing = {
  /** @param traceparent the caller's, where the caller is trusted; it then decides whether the trace is kept */
  begin(name: string, options: SpanOptions & { readonly traceparent?: string | undefined }): Span
  /** Hands over what waits, as far as that is done in two seconds. */
  close(): Promise<void>
}

/** Without OTEL_EXPORTER_OTLP_ENDPOINT nothing is loaded, and nothing is traced. */
export async function openTracing(config: Config, log: FastifyBaseLogger): Promise<Tracing | undefined> {
  const { otelExporterOtlpEndpoint: endpoint } = config
  if (endpoint === undefined) return undefined
  const { otlpTracing } = await import('./otlp.ts')
  return otlpTracing({ endpoint, log })
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
