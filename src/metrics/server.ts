import { createInnerServer } from '../http/inner-server.ts'
import type { Metrics } from './metrics.ts'

type Options = { readonly metrics: Metrics; readonly host: string; readonly port: number }

/** Serves GET /metrics without a token, on a port of its own that only the operator's network should reach. */
export async function startMetricsServer({ metrics, host, port }: Options): Promise<{ close(): Promise<void> }> {
  const server = createInnerServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') return void response.writeHead(404).end()
    metrics.read().then(
      ({ contentType, text }) => response.writeHead(200, { 'content-type': contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
