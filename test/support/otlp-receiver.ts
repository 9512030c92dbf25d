import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Value = { readonly stringValue?: string; readonly intValue?: number | string; readonly doubleValue?: number }
type Attribute = { readonly key: string; readonly value: Value }

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto, as JSON */
type Body = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[]
  }[]
}
type SentSpan = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code: number; readonly message?: string }
}

export type ReceivedSpan = Omit<SentSpan, 'attributes'> & {
  readonly attributes: Readonly<Record<string, string | number | undefined>>
  readonly resource: Readonly<Record<string, string | number | undefined>>
}

export type OtlpReceiver = {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  readonly spans: ReceivedSpan[]
  /** Of every request with spans, as it was sent. */
  readonly headers: IncomingMessage['headers'][]
  /** How it answers: as it should, never, with 400, or with something that is no HTTP. */
  mode: 'fine' | 'hanging' | 'refusing' | 'garbage'
  /** Requests so far, whatever was answered. */
  asked: number
  stop(): Promise<void>
}

/**
 * An OpenTelemetry collector as far as Postern talks to one.
 * @param file gets what is sent, as it is, and nothing is kept in memory
 */
export async function startOtlpReceiver({ port = 0, file = '' } = {}): Promise<OtlpReceiver> {
  const stream = file === '' ? undefined : createWriteStream(file)
  const server = createServer((request, response) => {
    receiver.asked++
    void readText(request).then((text) => answer(text, request, response))
  })
  const answer = (text: string, { url, headers }: IncomingMessage, response: ServerResponse): void => {
    if (receiver.mode === 'hanging') return
    if (receiver.mode === 'garbage') return void response.socket?.end('good day\r\n\r\n')
    if (receiver.mode === 'refusing' || url !== '/v1/traces') return void response.writeHead(400).end('{}')
    if (stream) stream.write(`${text}\n`)
    else {
      receiver.headers.push(headers)
      receiver.spans.push(...spansOf(JSON.parse(text) as Body))
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: [],
    headers: [],
    mode: 'fine',
    asked: 0,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      stream?.end()
    },
  }
  return receiver
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const spansOf = ({ resourceSpans }: Body): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({ ...span, attributes: plain(span.attributes), resource: plain(resource.attributes) })),
    ),
  )

const plain = (attributes: readonly Attribute[]) =>
  Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue } }) => [
      key,
      stringValue ?? doubleValue ?? (intValue === undefined ? undefined : Number(intValue)),
    ]),
  )
