import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What it does with whoever asks; `lines` is what it would say. */
export type Manner = (response: ServerResponse, lines: string) => void

export const says =
  (body: (lines: string) => string, status = 200, type = 'text/plain'): Manner =>
  (response, lines) =>
    response.writeHead(status, { 'content-type': type }).end(body(lines))

export const tellsAll = says((lines) => lines)

export const sha1Of = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase()

/** As Have I Been Pwned answers for ranges of hashes: padded lines in order, and 403 for whoever does not say who they are. */
export async function openRangeService() {
  const asked: Asked[] = []
  const leaked = new Map<string, number>()
  const service = { manner: tellsAll as Manner }

  const linesOf = (prefix: string): string =>
    [...leaked]
      .flatMap(([hash, count]) => (hash.startsWith(prefix) ? [`${hash.slice(5)}:${count}`] : []))
      .concat(Array.from({ length: 800 }, () => `${randomBytes(18).toString('hex').slice(1).toUpperCase()}:0`))
      .sort()
      .join('\r\n')

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url: path = '', headers } = request
    asked.push({ method, path, headers, body: Buffer.concat(chunks).toString() })
    if (!headers['user-agent']) return response.writeHead(403).end()
    service.manner(response, linesOf(path.slice(-5)))
  })
  const listen = (port = 0) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen()
  const { port } = server.address() as AddressInfo
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return Object.assign(service, {
    url: `http://127.0.0.1:${port}/range/`,
    asked,
    /** What it knows from now on; with a count of 0 it is padding. */
    leak: (password: string, count = 3) => leaked.set(sha1Of(password), count),
    stop,
    start: () => listen(port),
  })
}

export type RangeService = Awaited<ReturnType<typeof openRangeService>>
