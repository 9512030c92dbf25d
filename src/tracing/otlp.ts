import { randomUUID } from 'node:crypto'
import {
  isSpanContextValid,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'
import { version } from '../process/version.ts'
import { within } from '../waiting/within.ts'
import type { Span } from './span.ts'
import type { Tracing } from './tracing.ts'

const everyMs = 500
const defaultExportWithinMs = 4000
const closeWithinMs = 2000
/** Spans that wait while the endpoint is away or slow; beyond that, spans are dropped. */
const mostWaiting = 2048
const mostAtOnce = 512
/** At the end everything that waits is sent at once, while one more export may be under way. */
const mostExports = mostWaiting / mostAtOnce + 1

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const

type Options = {
  readonly endpoint: string
  readonly log: FastifyBaseLogger
  /** How long an export may take, with its retries. */
  readonly exportWithinMs?: number
}

/**
 * Sends spans to an OpenTelemetry collector over OTLP/HTTP, in the background. Registers nothing globally: pg-boss
 * would then make spans of its own that hold error messages.
 */
export function otlpTracing({ endpoint, log, exportWithinMs = defaultExportWithinMs }: Options): Tracing {
  const processor = new BatchSpanProcessor({
    exporter: telling(openExporter(endpoint, exportWithinMs), log),
    maxQueueSize: mostWaiting,
    maxExportBatchSize: mostAtOnce,
    scheduledDelayMillis: everyMs,
    exportTimeoutMillis: exportWithinMs * 1.25,
  })
  const provider = new TracerProvider({ spanProcessors: [processor], resource: describeProcess() })
  const tracer = provider.getTracer('postern', version)
  return {
    begin: (name, { traceparent, ...options }) => startSpan(tracer, name, options, contextOf(traceparent)),
    close: () => within(closeWithinMs, provider.shutdown()).catch(() => undefined),
  }
}

/**
 * Sends an empty export the way traces are sent.
 * @throws what is wrong with the endpoint
 */
export function tryEndpoint(endpoint: string): Promise<void> {
  const exporter = openExporter(endpoint, defaultExportWithinMs)
  return new Promise((resolve, reject) => {
    exporter.export([], ({ error }) => (error ? reject(error) : resolve()))
  })
}

const openExporter = (endpoint: string, timeoutMillis: number): SpanExporter =>
  new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    timeoutMillis,
    concurrencyLimit: mostExports,
  })

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which the library reads itself, are merged last and win. */
const describeProcess = () =>
  defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': 'postern',
        'service.version': version,
        'service.instance.id': randomUUID(),
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }))

/** Logs once that the endpoint does not take spans, and once that it does again. */
function telling(exporter: SpanExporter, log: FastifyBaseLogger): SpanExporter {
  let isFine = true
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const { error } = result
        if (error && isFine) log.warn({ cause: describeCause(error) }, 'traces cannot be exported and are dropped')
        else if (!error && !isFine) log.info('traces are exported again')
        isFine = error === undefined
        done(result)
      }),
    shutdown: () => exporter.shutdown(),
  }
}

const shape = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/**
 * The caller's trace. Returns undefined if `traceparent` cannot be read: the specification demands to ignore it then.
 */
function contextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = shape.exec(traceparent ?? '') ?? []
  const found = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  return isSpanContextValid(found) ? found : undefined
}

function startSpan(
  tracer: Tracer,
  name: string,
  { kind = 'internal', attributes = {} }: Parameters<Span['child']>[1],
  parent: SpanContext | undefined,
): Span {
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
  return new ExportedSpan(tracer, tracer.startSpan(name, { kind: kinds[kind], attributes }, context))
}

class ExportedSpan implements Span {
  private readonly tracer: Tracer
  private readonly inner: OtelSpan
  hasEnded = false

  constructor(tracer: Tracer, inner: OtelSpan) {
    this.tracer = tracer
    this.inner = inner
  }

  get traceId(): string {
    return this.inner.spanContext().traceId
  }
  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.inner.spanContext()
    return `00-${traceId}-${spanId}-0${traceFlags & 1}`
  }
  note(attributes: Parameters<Span['note']>[0]): void {
    this.inner.setAttributes(attributes)
  }
  fail(type: string): void {
    this.inner.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR })
  }
  end(): void {
    if (this.hasEnded) return
    this.hasEnded = true
    this.inner.end()
  }
  child(name: string, options: Parameters<Span['child']>[1]): Span {
    return startSpan(this.tracer, name, options, this.inner.spanContext())
  }
}
