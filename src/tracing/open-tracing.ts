import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Tracing } from './tracing.ts'

/** Without OTEL_EXPORTER_OTLP_ENDPOINT, loads nothing and returns undefined. */
export async function openTracing(config: Config, log: FastifyBaseLogger): Promise<Tracing | undefined> {
  const { otelExporterOtlpEndpoint: endpoint } = config
  if (endpoint === undefined) return undefined
  const { otlpTracing } = await import('./otlp.ts')
  return otlpTracing({ endpoint, log })
}
